// How people come and go: an administrator and somebody who is invited, each in a browser of their own.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.js';
import { ADMINISTRATOR, BASE_URL, givePassword } from './people.js';
import { confirm, focusOn, heading } from './steps.js';

/** Somebody new with every run. */
const GUEST = `guest-${Date.now()}@example.org`;
const GROUP = `group-${Date.now()}`;
const passwords = ['not a word of it', 'something else entirely', 'a third one, by a link'];
const guestWith = (password) => ({ email: GUEST, password });

let browser;
let administrator;
let guest;
const faults = [];

const open = () => openPage(browser, faults);

before(async () => {
  browser = await launch();
  administrator = await open();
  guest = await open();
});

after(() => browser?.close());

test('somebody is invited, looks after their account, and goes', async (t) => {
  await t.test('is invited by a link', invite);
  await t.test('tells who they are', changeProfile);
  await t.test('ends a session that is open elsewhere', endSession);
  await t.test('changes their password', changePassword);
  await t.test('gives the password again where that is asked', proveAgain);
  await t.test('is told nothing about other addresses', forget);
  await t.test('sets a new password by a link from the administrator', resetPassword);
  await t.test('is put into a group', join);
  await t.test('is kept out, and let in again', disable);
  await t.test('takes their data along', exportData);
  await t.test('deletes the account', deleteAccount);
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function invite() {
  await signIn(administrator, ADMINISTRATOR);
  await administrator.getByRole('link', { name: 'Administration' }).click();
  await administrator.getByRole('link', { name: 'Invitations' }).click();
  await administrator.getByRole('button', { name: 'Invite somebody' }).click();
  const link = await shownLink(administrator);
  await administrator.getByRole('button', { name: 'Done' }).press('Enter');
  await focusOn(administrator, administrator.getByRole('heading', { name: 'Invitations' }));

  await guest.goto(link);
  await heading(guest, 'Create an account');
  assert.equal(guest.url(), `${BASE_URL}/register`, 'the invitation is not on the screen');
  await guest.getByLabel('E-mail').fill(GUEST);
  await guest.getByLabel('Password').fill(passwords[0]);
  await guest.getByRole('button', { name: 'Create the account' }).click();
  await heading(guest, 'Metrics');
  assert.equal(await guest.getByRole('link', { name: 'Administration' }).count(), 0);
  await guest.goto(`${BASE_URL}/administration`);
  await heading(guest, 'Nothing here');
}

async function changeProfile() {
  await guest.getByRole('link', { name: GUEST }).click();
  await heading(guest, 'Your account');
  const profile = guest.getByRole('region', { name: 'Profile' });
  await profile.getByLabel('Name').fill('A Guest');
  await profile.getByLabel('Time zone').fill('Europe/Berlin');
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.getByText('Saved.').waitFor();
  await guest.reload();
  await guest.getByRole('link', { name: 'A Guest' }).waitFor();
  assert.equal(await profile.getByLabel('Time zone').inputValue(), 'Europe/Berlin');
}

async function endSession() {
  const elsewhere = await open();
  await signIn(elsewhere, guestWith(passwords[0]));
  await guest.reload();
  const sessions = guest.getByRole('region', { name: 'Where you are signed in' });
  const rows = sessions.getByRole('listitem');
  await rows.nth(1).waitFor();
  assert.equal(await sessions.getByText('this one').count(), 1);
  await confirm(sessions, 'End');
  await focusOn(guest, sessions.getByRole('heading'));
  await rows.nth(1).waitFor({ state: 'detached' });
  await elsewhere.getByRole('link', { name: 'API keys' }).click();
  await elsewhere.getByText('Your session has ended.').waitFor();
  await elsewhere.context().close();
}

async function changePassword() {
  const section = guest.getByRole('region', { name: 'Password' });
  await section.getByLabel('Current password').fill('a guess');
  await section.getByLabel('New password').fill(passwords[1]);
  await section.getByRole('button', { name: 'Change the password' }).click();
  await section.getByText('The password is wrong.').waitFor();
  await section.getByLabel('Current password').fill(passwords[0]);
  await section.getByRole('button', { name: 'Change the password' }).click();
  await section.getByText('Your password is changed.').waitFor();
  const activity = guest.getByRole('region', { name: 'Recent activity' });
  await guest.reload();
  await activity.getByText('Change of the password, failed').waitFor();
}

/** Only time makes the server ask: here it is made to ask once. */
async function proveAgain() {
  await guest.getByRole('link', { name: 'API keys' }).click();
  const problem = { code: 'reauthentication_needed', detail: 'this needs the password once more' };
  const asked = (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 403, json: problem }) : route.fallback();
  await guest.route('**/auth/api-keys', asked, { times: 1 });
  await guest.getByLabel('Name').fill('a key of a guest');
  await guest.getByRole('button', { name: 'Create a key' }).click();
  const password = guest.getByLabel('Your password, to go on');
  await focusOn(guest, password);
  await password.fill(passwords[0]);
  await password.press('Enter');
  await guest.getByText('The password is wrong.').waitFor();
  await password.fill(passwords[1]);
  await password.press('Enter');
  await guest.getByRole('heading', { name: 'The key “a key of a guest”' }).waitFor();
}

async function forget() {
  const stranger = await open();
  const answerTo = async (email) => {
    await stranger.goto(BASE_URL);
    await stranger.getByRole('link', { name: 'Forgot your password?' }).click();
    await stranger.getByLabel('E-mail').fill(email);
    await stranger.getByRole('button', { name: 'Send the link' }).click();
    await stranger.getByRole('heading', { level: 1, name: /Look into your mail|Ask for a link/ }).waitFor();
    return (await stranger.locator('main').innerText()).replace(email, '');
  };
  assert.equal(await answerTo(GUEST), await answerTo(`nobody-${GUEST}`));
  await stranger.context().close();
}

async function resetPassword() {
  const row = await manage(GUEST);
  await row.getByRole('button', { name: 'Make a reset link' }).click();
  const link = await shownLink(administrator);

  const fresh = await open();
  await fresh.goto(link);
  await heading(fresh, 'Set a new password');
  assert.equal(fresh.url(), `${BASE_URL}/reset-password`, 'the secret is not on the screen');
  await fresh.getByLabel('New password').fill('short');
  await fresh.getByRole('button', { name: 'Set the password' }).click();
  await fresh.getByRole('alert').or(fresh.locator('[aria-live=assertive]')).getByText(/10 /).waitFor();
  await fresh.getByLabel('New password').fill(passwords[2]);
  await fresh.getByRole('button', { name: 'Set the password' }).click();
  await heading(fresh, 'Your password is set');
  await fresh.goto('about:blank');
  await fresh.goto(link);
  await fresh.getByLabel('New password').fill(passwords[2]);
  await fresh.getByRole('button', { name: 'Set the password' }).click();
  await fresh.getByText('This link works no more').waitFor();
  await fresh.context().close();

  await guest.goto(BASE_URL);
  await heading(guest, 'Sign in');
  await signIn(guest, guestWith(passwords[2]));
}

async function join() {
  await administrator.goto(`${BASE_URL}/administration/groups`);
  await administrator.getByLabel('Name').fill(GROUP);
  await administrator.getByRole('button', { name: 'Create a group' }).click();
  await administrator.getByRole('group', { name: `Group ${GROUP}` }).waitFor();
  const row = await manage(GUEST);
  await row.getByLabel(GROUP).check();
  await row.getByText(`in ${GROUP}`).waitFor();
  await row.getByRole('link', { name: 'What happened' }).click();
  await administrator.getByRole('heading', { name: `Activity of ${GUEST}` }).waitFor();
  await administrator.getByText(`Put into a group: ${GROUP}`).waitFor();
  await administrator.goto(`${BASE_URL}/administration/groups`);
  const group = administrator.getByRole('group', { name: `Group ${GROUP}` });
  await confirm(group, 'Delete');
  await group.waitFor({ state: 'detached' });
}

async function disable() {
  const row = await manage(GUEST);
  await confirm(row, 'Disable');
  await row.getByText(/disabled since/).waitFor();
  await guest.getByRole('link', { name: 'API keys' }).click();
  await guest.getByText('Your session has ended.').waitFor();
  await trySignIn(guest, guestWith(passwords[2]));
  await guest.getByText('The e-mail address or the password is wrong.').waitFor();
  await row.getByRole('button', { name: 'Enable' }).press('Enter');
  await row.getByRole('button', { name: 'Disable…' }).waitFor();
  await signIn(guest, guestWith(passwords[2]));
}

async function exportData() {
  await guest.goto(`${BASE_URL}/account`);
  const data = guest.getByRole('region', { name: 'Your data' });
  const [file] = await Promise.all([
    guest.waitForEvent('download'),
    data.getByRole('button', { name: 'Download it' }).click(),
  ]);
  assert.equal(file.suggestedFilename(), 'tallykeep-account.json');
  const chunks = await (await file.createReadStream()).toArray();
  assert.equal(JSON.parse(Buffer.concat(chunks).toString()).account.email, GUEST);
}

async function deleteAccount() {
  const section = guest.getByRole('region', { name: 'Delete the account' });
  await section.getByLabel('Your password').fill(passwords[2]);
  await section.getByRole('button', { name: 'Delete the account' }).click();
  await heading(guest, 'Sign in');
  await guest.getByText('Your account is deleted.').waitFor();
  await trySignIn(guest, guestWith(passwords[2]));
  await guest.getByText('The e-mail address or the password is wrong.').waitFor();
  const row = await manage(GUEST);
  await row.getByText(/to be erased/).waitFor();
}

async function trySignIn(page, person) {
  await page.goto(BASE_URL);
  await givePassword(page, person);
}

async function signIn(page, person) {
  await trySignIn(page, person);
  await heading(page, 'Metrics');
}

/** The row of an account, with what an administrator may do. */
async function manage(email) {
  await administrator.goto(`${BASE_URL}/administration`);
  await administrator.getByLabel('Find by name or address').fill(email);
  const row = administrator.getByRole('listitem').filter({ hasText: email });
  await row.waitFor();
  await row.getByRole('button', { name: 'Manage' }).press('Enter');
  return row;
}

async function shownLink(page) {
  const link = await page.getByRole('region', { name: 'the link', exact: true }).innerText();
  return link.trim();
}
