// Two factors in a real browser: an app that makes codes, and a group that asks for a second factor.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.js';
import { codeOf, wrongCode } from './code-app.js';
import { administrate, givePassword, isNumber, plugIn, register, signOut } from './people.js';
import { confirm, focusOn, heading } from './steps.js';

/** Somebody new with every run. */
const guest = (name) => ({ email: `${name}-${Date.now()}@example.org`, password: 'two are better than one' });
const GROUP = `careful-${Date.now()}`;

let browser;
const faults = [];

const open = () => openPage(browser, faults);

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test('somebody signs in with codes of an app', async (t) => {
  const page = await open();
  const person = guest('codes');
  await register(page, person);
  let secret;
  let codes;
  await t.test('sets the app up', async () => {
    ({ secret, codes } = await enrolOnPage(page));
  });
  await t.test('begins anew when it took too long', () => runOut(page, person, secret));
  await t.test('gives a code beside the password', () => giveCode(page, person, secret));
  await t.test('gives a recovery code when the app is away', () => giveRecoveryCode(page, person, codes[0]));
  await t.test('removes the app', () => removeApp(page, person));
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

test('a group asks its members for a second factor', async (t) => {
  const office = await open();
  await administrate(office);
  const [first, second] = [await open(), await open()];
  const people = [guest('app'), guest('passkey')];
  await register(first, people[0]);
  await register(second, people[1]);
  await t.test('and ends the sessions of one', async () => {
    await demand(office, people);
    await first.goto('/keys');
    await heading(first, 'Sign in');
  });
  await t.test('who signs in sets an app up first', () => enrolApp(first, people[0]));
  await t.test('or adds a passkey', { skip: isNumber }, () => enrolPasskey(second, people[1]));
  await t.test('which alone signs in from then on', { skip: isNumber }, () => signInByPasskey(second));
  await t.test('and goes', () => removeGroup(office));
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function enrolOnPage(page) {
  const section = await factors(page);
  await section.getByText('Besides your password you can be asked for a code').waitFor();
  const { secret, codes } = await setUpApp(section);
  await section.getByText('10 of your recovery codes are left.').waitFor();
  return { secret, codes };
}

/** Time ends a sign-in that waits, and its cookie: here the cookie goes at once. */
async function runOut(page, person, secret) {
  await signOut(page);
  await givePassword(page, person);
  await heading(page, 'Your second factor');
  await page.context().clearCookies();
  await page.getByLabel('Code from your app').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Go on' }).click();
  await heading(page, 'Sign in');
  await page.getByText('This took too long. Begin anew, with your password.').waitFor();
}

async function giveCode(page, person, secret) {
  await givePassword(page, person);
  await heading(page, 'Your second factor');
  const field = page.getByLabel('Code from your app');
  await focusOn(page, field);
  await field.fill(wrongCode(secret));
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('The code is wrong').waitFor();
  // The one that set the app up is used. The next is good already, for clocks that are ahead.
  await field.fill(codeOf(secret, 1));
  await field.press('Enter');
  await heading(page, 'Metrics');
}

async function giveRecoveryCode(page, person, code) {
  await signOut(page);
  await givePassword(page, person);
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
  const field = page.getByLabel('Recovery code');
  await focusOn(page, field);
  await field.fill(code.toLowerCase().replaceAll('-', ' '));
  await field.press('Enter');
  await heading(page, 'Metrics');
  await (await factors(page)).getByText('9 of your recovery codes are left.').waitFor();
}

async function removeApp(page, person) {
  const section = await factors(page);
  await confirm(section, 'Remove the app');
  await section.getByText('Besides your password you can be asked for a code').waitFor();
  await signOut(page);
  await givePassword(page, person);
  await heading(page, 'Metrics');
}

/** Has a group with `people` in it ask for two factors. */
async function demand(office, people) {
  await office.goto('/administration/groups');
  await office.getByLabel('Name').fill(GROUP);
  await office.getByRole('button', { name: 'Create a group' }).click();
  await office.getByRole('group', { name: `Group ${GROUP}` }).waitFor();
  for (const { email } of people) {
    await office.goto('/administration');
    await office.getByLabel('Find by name or address').fill(email);
    const row = office.getByRole('listitem').filter({ hasText: email });
    await row.getByRole('button', { name: 'Manage' }).press('Enter');
    await row.getByLabel(GROUP).check();
    await row.getByText(`in ${GROUP}`).waitFor();
  }
  await office.goto('/administration/groups');
  const group = office.getByRole('group', { name: `Group ${GROUP}` });
  await confirm(group, 'Ask two factors');
  await office
    .getByRole('listitem')
    .filter({ hasText: GROUP })
    .getByText('asks a second factor of its members')
    .waitFor();
}

async function enrolApp(page, person) {
  await givePassword(page, person);
  await heading(page, 'Set up a second factor');
  // Nothing else is reached before.
  await page.goto('/account');
  await heading(page, 'Set up a second factor');
  await setUpApp(page);
  await heading(page, 'Your account');
  const section = await factors(page);
  await section.getByText('This server asks a second factor of you.').waitFor();
  assert.equal(await section.getByRole('button', { name: 'Remove the app…' }).count(), 0);
}

async function enrolPasskey(page, person) {
  await plugIn(page);
  await page.goto('/');
  await givePassword(page, person);
  await heading(page, 'Set up a second factor');
  await page.getByLabel('Name of a new passkey').fill('Made-up device');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await writeDown(page);
  await heading(page, 'Metrics');
  await page.goto('/account');
  const passkeys = page.getByRole('region', { name: 'Passkeys' });
  await passkeys.getByRole('listitem').getByText('Made-up device').waitFor();
}

async function signInByPasskey(page) {
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await heading(page, 'Metrics');
}

async function removeGroup(office) {
  const group = office.getByRole('group', { name: `Group ${GROUP}` });
  await confirm(group, 'Delete');
  await group.waitFor({ state: 'detached' });
}

/** Sets an app up where that is offered; answers its secret, and the recovery codes. */
async function setUpApp(place) {
  await place.getByRole('button', { name: 'Set up an app' }).click();
  await place.getByRole('img', { name: 'QR code with the secret below' }).waitFor();
  const secret = (await place.getByRole('region', { name: 'the secret', exact: true }).innerText()).trim();
  const field = place.getByLabel('The code that it shows now');
  await field.fill(codeOf(secret));
  await field.press('Enter');
  return { secret, codes: await writeDown(place) };
}

/** The recovery codes, which are shown once. */
async function writeDown(place) {
  await place.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  const shown = await place.getByRole('region', { name: 'the codes', exact: true }).innerText();
  const codes = shown.trim().split('\n');
  assert.equal(codes.length, 10);
  await place.getByRole('button', { name: 'Done' }).click();
  return codes;
}

async function factors(page) {
  await page.goto('/account');
  await heading(page, 'Your account');
  return page.getByRole('region', { name: 'Two-factor sign-in' });
}
