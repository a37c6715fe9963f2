// API keys with an end and for some metrics only, in a real browser; and how one follows another.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.js';
import { BASE_URL, register } from './people.js';
import { confirm, focusOn, heading } from './steps.js';

const NAME = 'phone';

let browser;
let page;
const faults = [];

before(async () => {
  browser = await launch();
  page = await openPage(browser, faults);
  await register(page, { email: `keys-${Date.now()}@example.org`, password: 'a key for every door' });
});

after(() => browser?.close());

test('somebody makes a key with terms, and replaces it', async (t) => {
  let key;
  await t.test('is told at the field what is wrong with it', refuse);
  await t.test('makes one for some metrics, that ends by itself', async () => {
    key = await make();
  });
  await t.test('it is good for those metrics alone', () => use(key));
  await t.test('replaces it', () => replace(key));
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function refuse() {
  await page.goto('/keys');
  await heading(page, 'API keys');
  await page.getByLabel('Name').fill(NAME);
  await page.getByLabel('Ends').selectOption('On a day');
  const day = page.getByLabel('Last day');
  await day.fill('2020-02-29');
  await page.getByRole('button', { name: 'Create a key' }).click();
  await described(day, /has to be in the future/);
  await page.getByLabel('Ends').selectOption('In 90 days');
  await page.getByLabel('Metrics', { exact: true }).selectOption('Names beginning with…');
  const prefix = page.getByLabel('Their names begin with');
  await prefix.fill('home_');
  await page.getByLabel('Use other tools').check();
  await page.getByRole('button', { name: 'Create a key' }).click();
  await described(page.getByRole('group', { name: 'May' }), /opens no tool/);
}

async function make() {
  await page.getByLabel('Use other tools').uncheck();
  await page.getByRole('button', { name: 'Create a key' }).click();
  const key = await shownKey();
  const row = page.getByRole('listitem').filter({ hasText: NAME });
  await row.getByText(/of metrics that begin with home_/).waitFor();
  assert.match(await row.innerText(), /· ends .* · never used/);
  return key;
}

async function use(key) {
  assert.equal(await write(key, 'home_temperature'), 200);
  assert.notEqual(await write(key, 'weight'), 200);
  await page.reload();
  await page.getByText('last used within the hour').waitFor();
}

async function replace(key) {
  await page
    .getByRole('group', { name: `Key ${NAME}` })
    .getByRole('button', { name: 'Replace' })
    .click();
  await page.getByLabel('This key stays good for').selectOption('An hour');
  await page.getByRole('button', { name: 'Make the new key' }).click();
  const successor = await shownKey();
  assert.notEqual(successor, key);
  const rows = page.getByRole('listitem').filter({ hasText: NAME });
  await rows.nth(1).waitFor();
  await rows
    .nth(0)
    .getByText(/^ends soon, /)
    .waitFor();
  assert.doesNotMatch(await rows.nth(1).innerText(), /soon/);
  assert.equal(await write(key, 'home_temperature'), 200);
  // Without an hour for the devices. Services remember a key that they were shown for some seconds, and this one is new.
  await rows.nth(1).getByRole('button', { name: 'Replace' }).click();
  await page.getByLabel('This key stays good for').selectOption('Not at all');
  await page.getByRole('button', { name: 'Make the new key' }).click();
  const last = await shownKey();
  await rows
    .nth(1)
    .getByText(/^ended /)
    .waitFor();
  assert.deepEqual([await write(successor, 'home_a'), await write(last, 'home_b')], [401, 200]);
  await confirm(rows.nth(1), 'Remove');
  await rows.nth(2).waitFor({ state: 'detached' });
}

/** Waits until what is said of `element` is that. */
async function described(element, text) {
  const id = await element.evaluate((node) => node.getAttribute('aria-describedby').split(' ').at(-1));
  await page.locator(`[id="${id}"]`).getByText(text).waitFor();
}

/** The key, which is shown once. */
async function shownKey() {
  const region = page.getByRole('region', { name: `The key “${NAME}”` });
  const key = await region.getByRole('region', { name: 'the key', exact: true }).innerText();
  await region.getByRole('button', { name: 'Done' }).press('Enter');
  await focusOn(page, page.getByRole('heading', { level: 1, name: 'API keys' }));
  return key.trim();
}

async function write(key, metric) {
  const response = await fetch(`${BASE_URL}/api/v1/samples`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ samples: [{ metric, timestamp: Date.now(), value: 20 }] }),
  });
  return response.status;
}
