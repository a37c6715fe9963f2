// People sign in to an application with their account: a real one (Streamlit), set up as docs/authentication.md says.
//
// BASE_URL, EMAIL, PASSWORD   as in people.js
// STREAMLIT   the program, such as streamlit
// CHROMIUM, CERTIFICATE_KEY   as in journey.test.js

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, openPage } from './browser.js';
import { administrate, BASE_URL, givePassword, register } from './people.js';
import { confirm, heading, takeCredentials } from './steps.js';

const { STREAMLIT = 'streamlit' } = process.env;

/** Another site than that of BASE_URL, so that the browser treats it as one. */
const PORT = 18071;
const BOARD = `http://127.0.0.1:${PORT}`;
/** Somebody new with every run. */
const GUEST = { email: `application-${Date.now()}@example.org`, password: 'one door for every key' };

/** What the page of documents has its reader put other words for. */
const THEIR_SERVER = 'https://numbers.example.org';
const THEIR_BOARD = 'https://board.example.org';

let browser;
let administrator;
let page;
let credentials;
let board;
/** What it wrote, which is shown when a step fails. */
const said = [];
const folder = mkdtempSync(join(tmpdir(), 'board-'));
const faults = [];

const open = () => openPage(browser, faults);

before(async () => {
  browser = await launch();
  administrator = await open();
  page = await open();
});

after(async () => {
  await browser?.close();
  if (board && board.exitCode === null) {
    const ended = new Promise((resolve) => board.once('exit', resolve));
    board.kill();
    await ended;
  }
  rmSync(folder, { recursive: true });
});

test('a person signs in to an application', async (t) => {
  t.afterEach((step) => {
    if (!step.passed) process.stderr.write(Buffer.concat(said.splice(0)));
  });
  await t.test('which an administrator adds', add);
  await t.test('which is set up as the documents say', setUp);
  await t.test('is sent to sign in, and asked what it may know', signIn);
  await t.test('is known there', isKnown);
  await t.test('is told to no other page by a cookie alone', readAcross);
  await t.test('signs out of both', signOut);
  await t.test('comes in at once who is signed in here', comeAtOnce);
  await t.test('withdraws it, and does not let it know', withdraw);
  await t.test('finds no way in once it is removed', remove);
  await t.test('met no fault', () => assert.deepEqual(faults, []));
});

async function add() {
  await administrate(administrator);
  await administrator.goto(BASE_URL);
  await administrator.getByRole('link', { name: 'Administration' }).click();
  await administrator.getByRole('link', { name: 'Applications' }).click();
  await administrator.getByRole('button', { name: 'Add an application' }).click();
  await administrator.getByLabel('Name').fill('Board');
  const callback = `${BOARD}/oauth2callback`;
  await administrator.getByLabel('Addresses that people are sent back to').fill(callback);
  await administrator.getByLabel('Addresses after signing out').fill(callback);
  await administrator.getByRole('button', { name: 'Add it' }).click();
  credentials = await takeCredentials(administrator, 'Board');
}

async function setUp() {
  const blocks = documented();
  const settings = blocks.toml
    .replaceAll(THEIR_BOARD, BOARD)
    .replaceAll(THEIR_SERVER, BASE_URL)
    .replace('the identifier', credentials.id)
    .replace('the secret', credentials.secret);
  write('.streamlit/secrets.toml', settings);
  write('board.py', blocks.python);
  const options = ['--server.headless=true', '--server.address=127.0.0.1', `--server.port=${PORT}`];
  // The proxy that the environment may name is for the way out.
  const env = { ...process.env, HOME: folder, NO_PROXY: '*', STREAMLIT_BROWSER_GATHER_USAGE_STATS: 'false' };
  board = spawn(STREAMLIT, ['run', 'board.py', ...options], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [board.stdout, board.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const late = AbortSignal.timeout(60_000);
  while (!(await answers(`${BOARD}/_stcore/health`, late))) {
    assert.equal(board.exitCode, null, 'Streamlit has ended');
    assert.ok(!late.aborted, 'Streamlit does not answer');
    await pause(100);
  }
}

async function signIn() {
  await register(await open(), GUEST);
  await goToBoard();
  await givePassword(page, GUEST);
  await heading(page, 'Let Board know who you are?');
  await page.getByText('your role and your groups here').waitFor();
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
}

async function isKnown() {
  await page.getByText(`${GUEST.email} is here (member)`).waitFor();
  assert.equal(new URL(page.url()).origin, BOARD);
  const session = (await page.context().cookies()).find((cookie) =>
    cookie.name.endsWith('tallykeep_session'),
  );
  assert.equal(session.domain, new URL(BASE_URL).hostname, 'the application does not get the session');
}

/** What the browser lets a page of another origin read of this server. */
async function readAcross() {
  const statuses = await page.evaluate(async (server) => {
    const status = (path, options) =>
      fetch(`${server}${path}`, options).then(
        (response) => response.status,
        () => 'unreadable',
      );
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'x', refresh_token: 'x' });
    const bearer = { headers: { Authorization: 'Bearer x' } };
    return {
      metadata: await status('/.well-known/openid-configuration'),
      keys: await status('/.well-known/jwks.json'),
      tokens: await status('/auth/oauth2/token', { method: 'POST', body: form }),
      person: await status('/auth/oauth2/userinfo', bearer),
      personByCookie: await status('/auth/oauth2/userinfo', { credentials: 'include' }),
      account: await status('/auth/account', { credentials: 'include' }),
      accountWithout: await status('/auth/account'),
    };
  }, BASE_URL);
  const unreadable = { personByCookie: 'unreadable', account: 'unreadable', accountWithout: 'unreadable' };
  assert.deepEqual(statuses, { metadata: 200, keys: 200, tokens: 400, person: 401, ...unreadable });
}

async function signOut() {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  assert.equal(new URL(page.url()).origin, BOARD);
  await page.goto(BASE_URL);
  await heading(page, 'Sign in');
}

async function comeAtOnce() {
  await givePassword(page, GUEST);
  await heading(page, 'Metrics');
  await goToBoard();
  await isKnown();
}

async function withdraw() {
  await page.goto(`${BASE_URL}/account`);
  const row = page.getByRole('group', { name: 'Application Board' });
  await confirm(row, 'Withdraw');
  await row.waitFor({ state: 'detached' });
  await page.goto(BOARD);
  await signOut();

  await goToBoard();
  await givePassword(page, GUEST);
  await heading(page, 'Let Board know who you are?');
  await page.getByRole('button', { name: 'Do not allow' }).click();
  await page.waitForURL((url) => url.origin === BOARD);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}

async function remove() {
  const row = administrator.getByRole('group', { name: 'Application Board' });
  await confirm(row, 'Delete');
  await row.waitFor({ state: 'detached' });
  await goToBoard();
  await page.getByText('no application with this client_id is registered here').waitFor();
}

/** The block of each language below the heading; they stand in a list. */
function documented() {
  const file = new URL('../../docs/authentication.md', import.meta.url);
  const [, part] = readFileSync(file, 'utf8').split('\n### A board of Streamlit, for example\n');
  const block = (language) => part.split(`\`\`\`${language}\n`)[1].split('```')[0].replace(/^ {3}/gm, '');
  return { toml: block('toml'), python: block('python') };
}

function write(name, text) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function answers(url, signal) {
  return fetch(url, { signal }).then(
    (response) => response.ok,
    () => false,
  );
}

async function goToBoard() {
  await page.goto(BOARD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
