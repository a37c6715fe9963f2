// What is done by passkeys and with them: each a question to the server, to the device, and to the server again.

import { answer, isAbort } from '../api/failure';
import type { Json, MadeCredential, Passkey, SignedCredential } from '../api/types';
import { canAutofillPasskeys, makePasskey, signWithPasskey } from '../lib/webauthn';
import { api, session } from './session.svelte';

/** How a passkey signs in: alone, or after the password. */
export type Way = 'alone' | 'second factor';

/** The server forgets after five minutes what it asked for. */
const ASKED_ANEW_MS = 4 * 60_000;

/** The account's passkeys, oldest first. */
export async function listPasskeys(signal?: AbortSignal): Promise<Passkey[]> {
  const { items } = await answer(api.auth.GET('/auth/passkeys', { signal: signal ?? null }));
  return items;
}

/** Has a device make a passkey, and adds it to the account; answers the recovery codes, if there were none before. */
export async function addPasskey(name: string): Promise<string[] | undefined> {
  const options = await answer(api.auth.POST('/auth/passkeys/options'));
  const credential = (await makePasskey(options)) as MadeCredential;
  const { recovery_codes } = await answer(api.auth.POST('/auth/passkeys', { body: { name, credential } }));
  return recovery_codes ?? undefined;
}

/** Gives a passkey another name. */
export async function renamePasskey(id: string, name: string): Promise<void> {
  await answer(api.auth.PATCH('/auth/passkeys/{id}', { params: { path: { id } }, body: { name } }));
}

/** Removes a passkey from the account. The device keeps it. */
export async function removePasskey(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/passkeys/{id}', { params: { path: { id } } }));
}

/** Proves by passkey, once more, who is there. */
export async function reauthenticateByPasskey(): Promise<void> {
  const options = await answer(api.auth.POST('/auth/reauthenticate/passkey/options'));
  const credential = (await signWithPasskey(options)) as SignedCredential;
  await answer(api.auth.POST('/auth/reauthenticate/passkey', { body: { credential } }));
}

/** Signs in by passkey. */
export async function signInByPasskey(way: Way): Promise<void> {
  const credential = (await signWithPasskey(await askFor(way))) as SignedCredential;
  await session.signInByPasskey(way, credential);
}

/** Offers passkeys among what the browser fills in; answers whether somebody signed in by one before `stop`. */
export async function signInByAutofill(stop: AbortSignal): Promise<boolean> {
  if (!(await canAutofillPasskeys())) {
    return false;
  }
  while (!stop.aborted) {
    const credential = await untilAskedAnew(stop);
    if (credential) {
      await session.signInByPasskey('alone', credential);
      return true;
    }
  }
  return false;
}

/** What was picked, or nothing when it is time to ask anew or to stop. */
async function untilAskedAnew(stop: AbortSignal): Promise<SignedCredential | undefined> {
  const options = await askFor('alone');
  const round = new AbortController();
  const end = () => round.abort();
  const timer = setTimeout(end, ASKED_ANEW_MS);
  stop.addEventListener('abort', end);
  try {
    return stop.aborted ? undefined : ((await signWithPasskey(options, round.signal)) as SignedCredential);
  } catch (thrown) {
    if (isAbort(thrown)) {
      return undefined;
    }
    throw thrown;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}

function askFor(way: Way): Promise<Json> {
  const path = way === 'alone' ? '/auth/login/passkey/options' : '/auth/second-factor/passkey/options';
  return answer(api.auth.POST(path));
}
