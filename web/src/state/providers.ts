// Other providers of sign-ins: where they are, and the way there.

import { answer } from '../api/failure';
import type { Departure, Identity, Provider } from '../api/types';
import { api } from './session.svelte';

/** The providers that this server lets people sign in with. */
export async function listProviders(signal?: AbortSignal): Promise<Provider[]> {
  const { items } = await answer(api.auth.GET('/auth/providers', { signal: signal ?? null }));
  return items;
}

/**
 * Leaves for a provider. It sends the browser back to the server, and that to where `departure` says. The policy of the
 * page lets no form lead elsewhere, so the server tells the address and the page opens it.
 */
export async function depart(id: string, departure: Departure): Promise<void> {
  const start = api.auth.POST('/auth/providers/{id}/start', { params: { path: { id } }, body: departure });
  const { location: address } = await answer(start);
  location.assign(address);
}

/** Who the person is at other providers. */
export async function listIdentities(signal?: AbortSignal): Promise<Identity[]> {
  const { items } = await answer(api.auth.GET('/auth/identities', { signal: signal ?? null }));
  return items;
}

/** Unlinks one. */
export async function unlinkIdentity(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/identities/{id}', { params: { path: { id } } }));
}
