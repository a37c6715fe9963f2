// The requests of whoever has a link or needs one, signed in or not.

import { answer } from '../api/failure';
import { api } from './session.svelte';

/**
 * Asks for a link to set a new password. Answers whether this server sends e-mail at all, and not whether the address
 * has an account.
 */
export async function requestPasswordReset(email: string): Promise<boolean> {
  const { sends_mail } = await answer(api.auth.POST('/auth/password-reset', { body: { email } }));
  return sends_mail;
}

/** Sets a new password with the secret of a link. */
export async function resetPassword(token: string, password: string): Promise<void> {
  await answer(api.auth.POST('/auth/password-reset/confirm', { body: { token, password } }));
}

/** Proves with the secret of a link that its address is read by whoever has the account. */
export async function verifyEmail(token: string): Promise<void> {
  await answer(api.auth.POST('/auth/email-verification/confirm', { body: { token } }));
}

/** Makes the address that a link was sent to the account's. */
export async function changeEmail(token: string): Promise<void> {
  await answer(api.auth.POST('/auth/email-change/confirm', { body: { token } }));
}
