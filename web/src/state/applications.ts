// The requests about applications that people sign in at, one function each.

import { answer } from '../api/failure';
import type {
  Application,
  Client,
  ClientChanges,
  ClientWithSecret,
  ConsentQuestion,
  NewClient,
} from '../api/types';
import type { Parameters } from '../lib/application';
import { api } from './session.svelte';

/** What an application asks to know. */
export function findConsentQuestion(request: Parameters, signal?: AbortSignal): Promise<ConsentQuestion> {
  // Whether they are complete, only the server knows.
  const params = { query: request as never };
  return answer(api.auth.GET('/auth/oauth2/consent', { params, signal: signal ?? null }));
}

/** Lets an application know what it asks for, or not; answers where to go. */
export async function answerConsentQuestion(request: Parameters, allow: boolean): Promise<string> {
  return (await answer(api.auth.POST('/auth/oauth2/consent', { body: { request, allow } }))).location;
}

/** Signs out, as an application asked; answers where to go. */
export async function signOutForClient(request: Parameters): Promise<string> {
  return (await answer(api.auth.POST('/auth/oauth2/logout', { body: request }))).location;
}

/** The applications that the account signs in at. */
export async function listApplications(signal?: AbortSignal): Promise<Application[]> {
  const { items } = await answer(api.auth.GET('/auth/applications', { signal: signal ?? null }));
  return items;
}

/** Takes back what an application may know. */
export async function withdrawApplication(client: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/applications/{client}', { params: { path: { client } } }));
}

/** The applications that are known to the server. */
export async function listClients(signal?: AbortSignal): Promise<Client[]> {
  const { items } = await answer(api.auth.GET('/auth/admin/clients', { signal: signal ?? null }));
  return items;
}

/** Makes an application known; its secret is in this answer and in no other. */
export function createClient(client: NewClient): Promise<ClientWithSecret> {
  return answer(api.auth.POST('/auth/admin/clients', { body: client as never }));
}

/** Changes an application. */
export async function changeClient(id: string, changes: ClientChanges): Promise<void> {
  await answer(api.auth.PATCH('/auth/admin/clients/{id}', { params: { path: { id } }, body: changes }));
}

/** Gives an application another secret; it is in this answer and in no other. */
export function rotateClientSecret(id: string): Promise<ClientWithSecret> {
  return answer(api.auth.POST('/auth/admin/clients/{id}/secret', { params: { path: { id } } }));
}

/** Removes an application. */
export async function deleteClient(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/admin/clients/{id}', { params: { path: { id } } }));
}
