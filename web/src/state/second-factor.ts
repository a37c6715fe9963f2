// The requests about second factors, one function each.

import { answer } from '../api/failure';
import type { Account, SecondFactor, SecondFactors, TotpEnrolment } from '../api/types';
import { api } from './session.svelte';

/** What a code is from: an app, or a list that was written down. */
export type CodeKind = 'totp' | 'recovery-code';

/** Gives a code: a sign-in that waits for it is complete then, and a session is one of two factors. */
export function giveCode(kind: CodeKind, code: string): Promise<Account> {
  return answer(api.auth.POST(`/auth/second-factor/${kind}`, { body: { code } }));
}

/** What the account can give beside the password. */
export function findSecondFactors(signal?: AbortSignal): Promise<SecondFactors> {
  return answer(api.auth.GET('/auth/second-factors', { signal: signal ?? null }));
}

/** Which of them the person may be asked for. */
export function factorsToGive({
  totp_enrolled_at,
  passkeys,
  recovery_codes_left,
}: SecondFactors): SecondFactor[] {
  const factors: [SecondFactor, boolean][] = [
    ['passkey', passkeys > 0],
    ['totp', Boolean(totp_enrolled_at)],
    ['recovery_code', recovery_codes_left > 0],
  ];
  return factors.filter(([, is]) => is).map(([factor]) => factor);
}

/** A secret for an app; it is in this answer and in no other. */
export function beginTotp(): Promise<TotpEnrolment> {
  return answer(api.auth.POST('/auth/second-factors/totp'));
}

/** Shows that the app works; answers the recovery codes, if there were none before. */
export async function confirmTotp(code: string): Promise<string[] | undefined> {
  const { recovery_codes } = await answer(
    api.auth.POST('/auth/second-factors/totp/confirm', { body: { code } }),
  );
  return recovery_codes ?? undefined;
}

/** Removes the app. */
export async function removeTotp(): Promise<void> {
  await answer(api.auth.DELETE('/auth/second-factors/totp'));
}

/** New recovery codes, in the place of those before. */
export async function createRecoveryCodes(): Promise<string[]> {
  const { recovery_codes } = await answer(api.auth.POST('/auth/second-factors/recovery-codes'));
  return recovery_codes;
}
