// What an administrator sets up for others, in a real browser: an application that people sign in to, and rules for tools.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.js';
import { administrate, BASE_URL, EMAIL } from './people.js';
import { confirm, focusOn, heading, takeCredentials } from './steps.js';

const RUN = Date.now();
const APPLICATION = `Wiki ${RUN}`;
const RETURN = `https://wiki-${RUN}.example.org/callback`;
// Rules are for hosts that share this sign-in, and where there is no domain for that this is one alone.
const { hostname: HOST, origin: ORIGIN } = new URL(BASE_URL);
const PATH = `/notes-${RUN}`;

let browser;
let page;
const faults = [];

before(async () => {
  browser = await launch();
  page = await openPage(browser, faults);
  await administrate(page);
});

after(() => browser?.close());

test('an application is made known, and people sign in to it', async (t) => {
  let client;
  await t.test('is registered with its address', async () => {
    client = await registerApplication();
  });
  await t.test('is told who somebody is, once they allow it', () => signInToApplication(client));
  await t.test('is called something else', renameApplication);
  await t.test('is given another secret', () => renewSecret(client));
  await t.test('is let go', deleteApplication);
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

test('rules say who may use a tool', async (t) => {
  await t.test('one is added', addRule);
  await t.test('it can be tried before somebody meets it', tryRules);
  await t.test('it is changed', changeRule);
  await t.test('it is deleted', deleteRule);
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function registerApplication() {
  const section = await part('applications', 'Applications');
  await section.getByRole('button', { name: 'Add an application' }).click();
  await section.getByLabel('Name').fill(APPLICATION);
  const addresses = section.getByLabel('Addresses that people are sent back to');
  await addresses.fill(RETURN.replace('https', 'http'));
  await section.getByRole('button', { name: 'Add it' }).click();
  await section.locator('[aria-live=assertive] .notice').waitFor();
  await addresses.fill(RETURN);
  await section.getByRole('button', { name: 'Add it' }).click();
  const client = await takeCredentials(page, APPLICATION);
  assert.equal(await row(APPLICATION).locator('code').innerText(), client.id);
  return client;
}

async function signInToApplication({ id, secret }) {
  const verifier = randomBytes(32).toString('base64url');
  const request = new URLSearchParams({
    client_id: id,
    redirect_uri: RETURN,
    response_type: 'code',
    scope: 'openid email',
    state: 'as it was',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  await page.route(`${RETURN}*`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<h1>The wiki</h1>' }),
  );
  await page.goto(`/auth/oauth2/authorize?${request}`);
  await heading(page, `Let ${APPLICATION} know who you are?`);
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await heading(page, 'The wiki');
  const { searchParams: answer } = new URL(page.url());
  assert.equal(answer.get('state'), 'as it was');
  const response = await fetch(`${BASE_URL}/auth/oauth2/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.get('code'),
      redirect_uri: RETURN,
      code_verifier: verifier,
    }),
  });
  const tokens = await response.json();
  assert.equal(response.status, 200, JSON.stringify(tokens));
  const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url'));
  assert.deepEqual([claims.aud, claims.email], [id, EMAIL]);
}

async function renameApplication() {
  await part('applications', 'Applications');
  await row(APPLICATION).getByRole('button', { name: 'Change' }).press('Enter');
  const form = page.getByRole('region', { name: 'Applications' }).locator('form');
  await form.getByLabel('Name').fill(`${APPLICATION} of all`);
  await form.getByRole('button', { name: 'Save' }).click();
  await row(`${APPLICATION} of all`).waitFor();
}

async function renewSecret(client) {
  const actions = page.getByRole('group', { name: `Application ${APPLICATION}` });
  await confirm(actions, 'New secret');
  const { id, secret } = await takeCredentials(page, `${APPLICATION} of all`);
  assert.equal(id, client.id);
  assert.notEqual(secret, client.secret);
}

async function deleteApplication() {
  const actions = page.getByRole('group', { name: `Application ${APPLICATION}` });
  await confirm(actions, 'Delete');
  await actions.waitFor({ state: 'detached' });
}

async function addRule() {
  await part('tools', 'Tools behind the sign-in');
  const form = page.getByRole('region', { name: 'New rule' });
  await form.getByLabel('Host').fill(HOST);
  await form.getByLabel('Path').fill(PATH);
  await form.getByLabel('Who may').selectOption('Some groups or roles');
  assert.ok(await form.getByRole('button', { name: 'Add the rule' }).isDisabled(), 'nobody is chosen yet');
  await form.getByLabel('administrator').check();
  await form.getByRole('button', { name: 'Add the rule' }).click();
  await page.getByText(`Only administrators may open ${HOST}${PATH}.`).waitFor();
}

async function tryRules() {
  const section = page.getByRole('region', { name: 'Try it' });
  const answer = section.getByRole('status');
  const ask = async (path, person) => {
    await section.getByLabel('Address').fill(`${ORIGIN}${path}`);
    await section.getByLabel('Opened by').selectOption(person);
    await section.getByRole('button', { name: 'See what the rules say' }).click();
    return answer.innerText();
  };
  const nobody = 'Nobody who is signed in';
  assert.match(await ask(`${PATH}/all`, EMAIL), /^Rule \d+ decides: it is opened\.$/);
  assert.match(await ask(`${PATH}/all`, nobody), /^Rule \d+ decides: it is opened to some once they are/);
  assert.match(await ask(`${PATH}-of-others`, EMAIL), /^No rule is about it: it is opened\.$/);
  assert.match(await ask(`${PATH}%2Fall`, EMAIL), /can be read in more than one way/);
  // An answer is about what was asked.
  await section.getByLabel('Address').fill(`${ORIGIN}/other`);
  await answer.waitFor({ state: 'detached' });
}

async function changeRule() {
  const rule = row(PATH);
  await rule.getByRole('button', { name: 'Change' }).press('Enter');
  await rule.getByLabel('Who may').selectOption('Nobody');
  await rule.getByRole('button', { name: 'Save' }).click();
  await rule.getByText(`Nobody may open ${HOST}${PATH}.`).waitFor();
}

async function deleteRule() {
  const rule = row(PATH);
  await confirm(rule, 'Delete');
  await rule.waitFor({ state: 'detached' });
  await focusOn(page, page.getByRole('heading', { name: 'Tools behind the sign-in' }));
}

/** A part of the administration, and the section of that title. */
async function part(name, title) {
  await page.goto(`/administration/${name}`);
  await heading(page, 'Administration');
  return page.getByRole('region', { name: title, exact: true });
}

function row(text) {
  return page.getByRole('listitem').filter({ hasText: text });
}
