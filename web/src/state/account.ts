// The requests of the account page, one function each.

import { answer } from '../api/failure';
import type { Account, AuditEvent, Profile, SignedInSession } from '../api/types';
import type { Page } from './pages.svelte';
import { api } from './session.svelte';

/** How many events come at once: about what a screen shows. */
export const EVENTS_AT_ONCE = 20;

/** Proves again who is there. */
export async function reauthenticate(password: string): Promise<void> {
  await answer(api.auth.POST('/auth/reauthenticate', { body: { password } }));
}

/** Changes the profile; answers the account as it is then. */
export function changeProfile(profile: Profile): Promise<Account> {
  return answer(api.auth.PATCH('/auth/account', { body: profile }));
}

/** Sets another password. Every other session ends. */
export async function changePassword(current: string, next: string): Promise<void> {
  await answer(api.auth.PUT('/auth/password', { body: { current_password: current, new_password: next } }));
}

/**
 * Sends a link to a new address, which becomes the account's when the link is used. A server that sends no e-mail
 * changes it at once. The password is empty where the account has none.
 */
export async function requestEmailChange(email: string, password: string): Promise<void> {
  const body = { email, ...(password && { password }) };
  await answer(api.auth.POST('/auth/email-change', { body }));
}

/** Sends a link to the account's address, to confirm it with. */
export async function requestEmailVerification(): Promise<void> {
  await answer(api.auth.POST('/auth/email-verification'));
}

/** Where the account is signed in. */
export async function listSessions(signal?: AbortSignal): Promise<SignedInSession[]> {
  const { items } = await answer(api.auth.GET('/auth/sessions', { signal: signal ?? null }));
  return items;
}

/** Ends one session. */
export async function endSession(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/sessions/{id}', { params: { path: { id } } }));
}

/** Ends every session but this one. */
export async function endOtherSessions(): Promise<void> {
  await answer(api.auth.DELETE('/auth/sessions'));
}

/** What happened to the account, latest first. */
export function listEvents(cursor: string | undefined, signal?: AbortSignal): Promise<Page<AuditEvent>> {
  const query = { limit: EVENTS_AT_ONCE, ...(cursor && { cursor }) };
  return answer(api.auth.GET('/auth/audit-events', { params: { query }, signal: signal ?? null }));
}

/** What the server knows of the account, as a file. */
export function exportAccount(): Promise<Blob> {
  return answer(api.auth.GET('/auth/account/export', { parseAs: 'blob' }));
}
