// Passkeys in a real browser, with a device that Chromium makes up (the WebAuthn domain of its DevTools protocol).
//
// Passkeys are for names, and browsers have them where an address is safe from others: with HTTPS, or on this machine. So
// where BASE_URL says 127.0.0.1 the server has none, and the page says so.
//
// BASE_URL, EMAIL, PASSWORD, CHROMIUM, CERTIFICATE_KEY   as in account.test.js

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './browser.js';
import { gatherFaults, heading } from './steps.js';

const {
  BASE_URL = 'http://localhost:8080',
  EMAIL = 'journey@example.org',
  PASSWORD = 'a journey of a thousand miles',
} = process.env;
const { hostname } = new URL(BASE_URL);

/** Somebody new with every run. */
const GUEST = `passkeys-${Date.now()}@example.org`;
const GUEST_PASSWORD = 'a key for every door';

let browser;
let page;
const faults = [];

before(async () => {
  browser = await launch();
  const context = await browser.newContext({ baseURL: BASE_URL });
  page = await context.newPage();
  gatherFaults(page, faults);
  await plugIn(page);
  await register(page);
});

after(() => browser?.close());

const isNumber = /^[\d.]+$|^\[/.test(hostname);

test(
  'where the address is a number the page says that there are no passkeys',
  { skip: !isNumber },
  async () => {
    const section = await passkeys();
    await section.getByRole('button', { name: 'Add a passkey' }).click();
    await section.getByText('This server has no passkeys').waitFor();
  },
);

test('somebody signs in by passkey', { skip: isNumber }, async (t) => {
  await t.test('adds one', add);
  await t.test('signs in by it alone', signIn);
  await t.test('is offered it by the browser', autofill);
  await t.test('gives it beside the password', secondFactor);
  await t.test('proves by it once more who is there', prove);
  await t.test('gives it another name', rename);
  await t.test('removes it', remove);
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function add() {
  const section = await passkeys();
  await section.getByText('You have none yet.').waitFor();
  await section.getByLabel('Name of a new passkey').fill('Made-up device');
  await section.getByRole('button', { name: 'Add a passkey' }).click();
  await section.getByRole('listitem').getByText('Made-up device').waitFor();
  // The device has one of this account, and says so.
  await section.getByRole('button', { name: 'Add a passkey' }).click();
  await section.getByText('This device has a passkey for your account already.').waitFor();
}

async function signIn() {
  await signOut();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await heading(page, 'Metrics');
}

async function autofill() {
  await signOut();
  const field = page.getByLabel('E-mail');
  assert.equal(await field.getAttribute('autocomplete'), 'username webauthn');
  // A device that answers by itself stands for the person who picks it.
  await page.reload();
  await heading(page, 'Metrics');
}

async function secondFactor() {
  await signOut();
  await page.getByLabel('E-mail').fill(GUEST);
  await page.getByLabel('Password').fill(GUEST_PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await heading(page, 'Your second factor');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await heading(page, 'Metrics');
}

/** Only time makes the server ask: here it is made to ask once. */
async function prove() {
  const section = await passkeys();
  const problem = { code: 'reauthentication_needed', detail: 'this needs the password once more' };
  const asked = (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  await page.route('**/auth/passkeys/options', asked, { times: 1 });
  await section.getByRole('button', { name: 'Add a passkey' }).click();
  await section.getByRole('button', { name: 'Use a passkey' }).click();
  await section.getByText('This device has a passkey for your account already.').waitFor();
}

async function rename() {
  const section = await passkeys();
  await section.getByRole('button', { name: 'Rename' }).click();
  await section.getByLabel('New name').fill('Another name');
  await section.getByRole('button', { name: 'Save' }).click();
  await section.getByRole('listitem').getByText('Another name').waitFor();
}

async function remove() {
  const section = await passkeys();
  await section.getByRole('button', { name: 'Remove…' }).press('Enter');
  await section.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
  await section.getByText('You have none yet.').waitFor();
  await signOut();
  await page.reload();
  await page.getByText('This passkey does not work here.').waitFor();
}

/** A device of this page that holds passkeys, and says that it has verified its person. */
async function plugIn(page) {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('WebAuthn.enable', { enableUI: false });
  await protocol.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Signs the browser of `page` in as somebody who was invited: the server may let nobody else register. */
async function register(page) {
  const send = (context, path, data) =>
    context.request.post(path, { data, headers: { Origin: new URL(BASE_URL).origin } });
  const office = await browser.newContext({ baseURL: BASE_URL });
  const administrator = { email: EMAIL, password: PASSWORD };
  const known = await send(office, '/auth/login', administrator);
  if (!known.ok()) {
    assert.equal((await send(office, '/auth/register', administrator)).status(), 201);
  }
  const { invitation } = await (await send(office, '/auth/invitations')).json();
  await office.close();
  const guest = { email: GUEST, password: GUEST_PASSWORD, invitation };
  assert.equal((await send(page.context(), '/auth/register', guest)).status(), 201);
}

async function passkeys() {
  await page.goto('/account');
  await heading(page, 'Your account');
  return page.getByRole('region', { name: 'Passkeys' });
}

/** Signs out. Until the page is loaded anew the browser offers no passkey by itself, which would be quicker than the test. */
async function signOut() {
  await page.goto('/');
  await page.evaluate(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'Sign in');
}
