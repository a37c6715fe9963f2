// Who the journeys are about, and how they come to the server without the page.
//
// BASE_URL   the server, such as http://localhost:8080
// EMAIL, PASSWORD   its administrator; created first when the server has none yet

import assert from 'node:assert/strict';
import { heading } from './steps.js';

export const {
  BASE_URL = 'http://localhost:8080',
  EMAIL = 'journey@example.org',
  PASSWORD = 'a journey of a thousand miles',
} = process.env;

export const ADMINISTRATOR = { email: EMAIL, password: PASSWORD };

/** Passkeys are for names: where the address is a number there are none. */
export const isNumber = /^[\d.]+$|^\[/.test(new URL(BASE_URL).hostname);

/** Signs the browser of `page` in as the administrator. */
export async function administrate(page) {
  const known = await send(page.context(), '/auth/login', ADMINISTRATOR);
  if (known.status() === 401) {
    await expectStatus(201, await send(page.context(), '/auth/register', ADMINISTRATOR));
  } else {
    await expectStatus(200, known);
  }
}

/** Signs the browser of `page` in as somebody who was invited: the server may let nobody else register. */
export async function register(page, guest) {
  const office = await page.context().browser().newPage({ baseURL: BASE_URL });
  await administrate(office);
  const { invitation } = await (await send(office.context(), '/auth/invitations')).json();
  await office.context().close();
  await expectStatus(201, await send(page.context(), '/auth/register', { ...guest, invitation }));
}

/** Gives the address and the password, where the page asks for them: who signs in, or is the first to come. */
export async function givePassword(page, { email, password }) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: /^(Sign in|Create the administrator)$/ }).click();
}

/** Signs out. Until the page is loaded anew the browser offers no passkey by itself, which would be quicker than the test. */
export async function signOut(page) {
  await page.goto('/');
  await page.evaluate(() => {
    if ('PublicKeyCredential' in globalThis) {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    }
  });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'Sign in');
}

/** The device of `page`'s browser: it holds passkeys, and says that it has verified its person. */
export async function plugIn(page) {
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

function send(context, path, data) {
  const headers = { Origin: new URL(BASE_URL).origin };
  return context.request.post(new URL(path, BASE_URL).href, { data, headers });
}

async function expectStatus(status, response) {
  assert.equal(response.status(), status, `${response.status()}: ${await response.text()}`);
}
