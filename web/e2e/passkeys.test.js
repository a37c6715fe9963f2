// Passkeys in a real browser, with a device that Chromium makes up (the WebAuthn domain of its DevTools protocol).
//
// Passkeys are for names, and browsers have them where an address is safe from others: with HTTPS, or on this machine. So
// where BASE_URL says 127.0.0.1 the server has none, and the page says so.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.js';
import { givePassword, isNumber, plugIn, register, signOut } from './people.js';
import { confirm, heading } from './steps.js';

/** Somebody new with every run. */
const GUEST = { email: `passkeys-${Date.now()}@example.org`, password: 'a key for every door' };

let browser;
let page;
const faults = [];

before(async () => {
  browser = await launch();
  page = await openPage(browser, faults);
  await plugIn(page);
  await register(page, GUEST);
});

after(() => browser?.close());

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
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await heading(page, 'Metrics');
}

async function autofill() {
  await signOut(page);
  const field = page.getByLabel('E-mail');
  assert.equal(await field.getAttribute('autocomplete'), 'username webauthn');
  // A device that answers by itself stands for the person who picks it.
  await page.reload();
  await heading(page, 'Metrics');
}

async function secondFactor() {
  await signOut(page);
  await givePassword(page, GUEST);
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
  await confirm(section, 'Remove');
  await section.getByText('You have none yet.').waitFor();
  await signOut(page);
  await page.reload();
  await page.getByText('This passkey does not work here.').waitFor();
}

async function passkeys() {
  await page.goto('/account');
  await heading(page, 'Your account');
  return page.getByRole('region', { name: 'Passkeys' });
}
