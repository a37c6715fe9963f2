// One person's way through the whole page, in a real browser against a real server.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// CHROMIUM   the browser, such as /usr/bin/chromium
// CERTIFICATE_KEY   which certificate it accepts besides, as browser.js says; for the requests of this program itself there
//                   is NODE_EXTRA_CA_CERTS
//
// A server with metrics shows them; an empty one is given a metric through a key that the test creates and revokes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.js';
import { ADMINISTRATOR, BASE_URL, givePassword, PASSWORD } from './people.js';
import * as steps from './steps.js';

let browser;
let page;
const faults = [];

const heading = (name) => steps.heading(page, name);
const focusOn = (locator) => steps.focusOn(page, locator);

before(async () => {
  browser = await launch();
  page = await openPage(browser, faults);
});

after(() => browser?.close());

test('a person signs in, looks at a metric, makes a key and leaves', async (t) => {
  await t.test('comes in', enter);
  await t.test('sees metrics', seeMetrics);
  await t.test('looks at a chart', lookAtChart);
  await t.test('creates and revokes a key', createAndRevokeKey);
  await t.test('copies one key after the other', copyKeys);
  await t.test('gets on after a page that does not work', survivePage);
  await t.test('leaves', leave);
  await t.test('signs in to go on to another tool', goOn);
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function enter() {
  await page.goto(BASE_URL);
  await givePassword(page, ADMINISTRATOR);
  await heading('Metrics');
}

async function seeMetrics() {
  const first = page.locator('main li a').first();
  const none = page.getByRole('heading', { name: 'No numbers yet' });
  await first.or(none).waitFor();
  if (await none.isVisible()) {
    await sendFirstSamples();
    await page.goto(BASE_URL);
  }
  await first.waitFor();
}

async function lookAtChart() {
  const link = page.locator('main li a').first();
  const title = await link.innerText();
  await link.click();
  await heading(title);
  await page.getByRole('link', { name: 'Last year' }).click();
  await page.waitForURL(/range=1y/);
  await page.getByRole('img', { name: `Chart of ${title}` }).waitFor();
  await page.waitForFunction(colouredPixels, null, { polling: 100 });
  await page.getByText('Values', { exact: true }).click();
  await page.locator('details tbody tr').first().waitFor();

  await page.goBack();
  await page.waitForURL((url) => !url.search.includes('range'));
  await page.goForward();
  await page.waitForURL(/range=1y/);
  await page.reload();
  await heading(title);
}

async function createAndRevokeKey() {
  const name = `journey ${Date.now()}`;
  const key = await createKey(name);
  assert.match(key, /^tk_\w{30,}$/);
  await page.reload();
  await heading('API keys');
  assert.equal(await page.getByText(key).count(), 0, 'the key is shown once');
  await revokeKey(name);
}

async function copyKeys() {
  const names = ['one', 'two'].map((name) => `${name} ${Date.now()}`);
  const copied = page.getByRole('region', { name: /^The key “/ }).getByRole('status');
  for (const name of names) {
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByRole('heading', { name: `The key “${name}”` }).waitFor();
    assert.equal(await copied.innerText(), '', 'the new key is not copied yet');
    await page.getByRole('button', { name: 'Copy the key' }).click();
    await copied.filter({ hasText: /./ }).waitFor();
  }
  for (const name of names) await revokeKey(name);
}

/** A server may know a time zone that the browser does not. */
async function survivePage() {
  const name = `journey ${Date.now()}`;
  await page.goto(BASE_URL);
  await createKey(name);
  await page.route('**/auth/account', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), time_zone: 'Mars/Olympus' } });
  });
  await page.reload();
  await heading('Something went wrong');
  await page.getByRole('link', { name: 'Metrics' }).click();
  await heading('Metrics');
  await page.unroute('**/auth/account');
  await page.goBack();
  await page.reload();
  await revokeKey(name);
}

async function leave() {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading('Sign in');
  await page.goto(`${BASE_URL}/keys`);
  await heading('Sign in');
}

/** Whether a person may go there is for the server to say. Here it is enough that it is asked, and when. */
async function goOn() {
  const tool = 'https://tool.example.org/charts?day=today';
  const way = /\/auth\/return\?/;
  const asked = [];
  await page.route(way, (route) => {
    asked.push(new URL(route.request().url()).searchParams.get('to'));
    return route.fulfill({ contentType: 'text/plain', body: 'There' });
  });
  await page.goto(`${BASE_URL}/sign-in?${new URLSearchParams({ rd: tool })}`);
  await heading('Sign in to go on to tool.example.org');
  await givePassword(page, { ...ADMINISTRATOR, password: `${PASSWORD}, but wrong` });
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  assert.deepEqual(asked, []);
  await givePassword(page, ADMINISTRATOR);
  await page.getByText('There').waitFor();
  assert.deepEqual(asked, [tool]);

  // A redirect would let a tool that sends everybody back make a circle of it.
  await page.goBack();
  await heading('Signed in');
  assert.deepEqual(asked, [tool]);
  await page.getByRole('link', { name: 'Go on to tool.example.org' }).click();
  await page.getByText('There').waitFor();
  assert.deepEqual(asked, [tool, tool]);
  await page.unroute(way);
}

async function createKey(name) {
  await page.getByRole('link', { name: 'API keys' }).press('Enter');
  await focusOn(page.getByRole('heading', { level: 1, name: 'API keys' }));
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create a key' }).click();
  const key = await page.getByRole('region', { name: 'the key', exact: true }).innerText();
  await page.getByRole('button', { name: 'Done' }).press('Enter');
  await focusOn(page.getByRole('heading', { level: 1, name: 'API keys' }));
  return key.trim();
}

async function revokeKey(name) {
  const row = page.getByRole('group', { name: `Key ${name}` });
  const ask = row.getByRole('button', { name: 'Revoke…' });
  await ask.press('Enter');
  await row.getByRole('button', { name: 'Keep' }).press('Enter');
  await focusOn(ask);
  await steps.confirm(row, 'Revoke');
  await row.waitFor({ state: 'detached' });
  await focusOn(page.getByRole('heading', { level: 1 }));
}

async function sendFirstSamples() {
  const name = 'journey first samples';
  const key = await createKey(name);
  const hours = Array.from({ length: 48 }, (_, n) => n);
  const samples = hours.map((n) => ({
    metric: 'room_temperature',
    timestamp: Date.now() - n * 3_600_000,
    value: 20 + Math.sin(n / 4),
  }));
  const response = await fetch(`${BASE_URL}/api/v1/samples`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ samples }),
  });
  assert.equal(response.status, 200, await response.text());
  await revokeKey(name);
}

/** Axes are grey: only a line or a bar brings colour. Runs in the page. */
function colouredPixels() {
  const canvas = document.querySelector('canvas');
  if (!canvas || canvas.width === 0) return false;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let coloured = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.subarray(at, at + 4);
    if (alpha > 0 && Math.max(red, green, blue) - Math.min(red, green, blue) > 40) coloured += 1;
  }
  return coloured > 20;
}
