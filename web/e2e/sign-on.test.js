// A person's way to another tool behind the sign-in, in a real browser through a real proxy.
//
// BASE_URL   the server, such as https://localhost; the tool is below /example/ and shows what it was sent
// EMAIL, PASSWORD   an account of it, which journey.test.js leaves behind
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './browser.js';
import { ADMINISTRATOR, BASE_URL, EMAIL, givePassword } from './people.js';
import * as steps from './steps.js';

const TOOL = `${BASE_URL}/example/charts?day=today`;
const ELSEWHERE = 'https://evil.example/';

let browser;
let page;
const visited = [];

const heading = (name) => steps.heading(page, name);

before(async () => {
  browser = await launch();
  page = await browser.newPage();
  page.on('request', (request) => visited.push(new URL(request.url()).host));
});

after(() => browser?.close());

test('a person goes to another tool, by way of the sign-in', async (t) => {
  await t.test('is asked who they are', askWho);
  await t.test('arrives where they wanted', arrive);
  await t.test('gives the tool a name and no secret', showName);
  await t.test('is sent nowhere else by a link', stayHere);
  await t.test('is out of the tool after signing out', leave);
});

async function askWho() {
  await page.goto(TOOL);
  await heading('Sign in to go on to the application that sent you');
}

async function arrive() {
  await givePassword(page, ADMINISTRATOR);
  await page.waitForURL(TOOL);
}

async function showName() {
  const cookies = await page.context().cookies();
  const session = cookies.find((cookie) => cookie.name.endsWith('tallykeep_session'));
  const shown = await page.locator('body').innerText();
  assert.equal(JSON.parse(shown).hello, EMAIL);
  assert.ok(session && !shown.includes(session.value), shown);
}

/** Somebody who is signed in only sees a link; who follows it is refused by the server. */
async function stayHere() {
  await page.goto(`${BASE_URL}/sign-in?${new URLSearchParams({ rd: ELSEWHERE })}`);
  const link = page.getByRole('link', { name: `Go on to ${new URL(ELSEWHERE).host}` });
  const [response] = await Promise.all([page.waitForResponse(/\/auth\/return\?/), link.click()]);
  assert.equal(response.status(), 403);
  assert.deepEqual([...new Set(visited)], [new URL(BASE_URL).host]);
}

async function leave() {
  await page.goto(BASE_URL);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading('Sign in');
  await page.goto(TOOL);
  await heading('Sign in to go on to the application that sent you');
}
