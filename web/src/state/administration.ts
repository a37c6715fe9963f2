// The requests of the administration, one function each.

import { answer } from '../api/failure';
import type {
  AccessCheck,
  AccessRule,
  AccessRuleTerms,
  AccountChanges,
  AdministeredAccount,
  AuditEvent,
  CreatedInvitation,
  Group,
  Invitation,
  ResetLink,
} from '../api/types';
import { EVENTS_AT_ONCE } from './account';
import type { Page } from './pages.svelte';
import { api } from './session.svelte';

/** How many accounts come at once. */
const ACCOUNTS_AT_ONCE = 50;

/** The services answer no more items than this at once. */
const MOST_AT_ONCE = 1_000;

/** The accounts whose name or address contains `search`. */
export function listAccounts(
  search: string,
  cursor: string | undefined,
  signal?: AbortSignal,
): Promise<Page<AdministeredAccount>> {
  const query = { limit: ACCOUNTS_AT_ONCE, ...(search && { search }), ...(cursor && { cursor }) };
  return answer(api.auth.GET('/auth/admin/accounts', { params: { query }, signal: signal ?? null }));
}

/** So many accounts as one answer holds, to call them by their names. */
export async function listAllAccounts(signal?: AbortSignal): Promise<AdministeredAccount[]> {
  const query = { limit: MOST_AT_ONCE };
  const { items } = await answer(
    api.auth.GET('/auth/admin/accounts', { params: { query }, signal: signal ?? null }),
  );
  return items;
}

/** Changes an account; answers it as it is then. */
export function changeAccount(id: string, changes: AccountChanges): Promise<AdministeredAccount> {
  return answer(api.auth.PATCH('/auth/admin/accounts/{id}', { params: { path: { id } }, body: changes }));
}

/** Deletes an account; answers when it is erased. */
export async function deleteAccount(id: string): Promise<string | null> {
  const target = { params: { path: { id } } };
  const { erase_after } = await answer(api.auth.DELETE('/auth/admin/accounts/{id}', target));
  return erase_after ?? null;
}

/** Removes the second factors of somebody who has lost them. Their sessions end. */
export async function removeSecondFactors(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/admin/accounts/{id}/second-factors', { params: { path: { id } } }));
}

/** A link with which a person sets a new password; it is in this answer and in no other. */
export function createResetLink(id: string): Promise<ResetLink> {
  return answer(api.auth.POST('/auth/admin/accounts/{id}/password-reset', { params: { path: { id } } }));
}

/** The invitations that are still good. */
export async function listInvitations(signal?: AbortSignal): Promise<Invitation[]> {
  const { items } = await answer(api.auth.GET('/auth/invitations', { signal: signal ?? null }));
  return items;
}

/** A new invitation; its secret is in this answer and in no other. */
export function createInvitation(): Promise<CreatedInvitation> {
  return answer(api.auth.POST('/auth/invitations'));
}

/** Takes an invitation back. */
export async function revokeInvitation(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/invitations/{id}', { params: { path: { id } } }));
}

/** The groups. */
export async function listGroups(signal?: AbortSignal): Promise<Group[]> {
  const { items } = await answer(api.auth.GET('/auth/admin/groups', { signal: signal ?? null }));
  return items;
}

/** Makes a group. */
export async function createGroup(name: string): Promise<void> {
  await answer(api.auth.PUT('/auth/admin/groups/{name}', { params: { path: { name } } }));
}

/** Asks a second factor of the members of a group, or no longer. */
export function requireSecondFactor(name: string, required: boolean): Promise<Group> {
  const body = { requires_second_factor: required };
  return answer(api.auth.PATCH('/auth/admin/groups/{name}', { params: { path: { name } }, body }));
}

/** Removes a group; its members are in it no longer. */
export async function deleteGroup(name: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/admin/groups/{name}', { params: { path: { name } } }));
}

/** Puts an account into a group, or takes it out. */
export async function setMembership(name: string, id: string, member: boolean): Promise<void> {
  const target = { params: { path: { name, account: id } } };
  const path = '/auth/admin/groups/{name}/members/{account}';
  await (member ? answer(api.auth.PUT(path, target)) : answer(api.auth.DELETE(path, target)));
}

/** The rules about who may use which application, in their order. */
export async function listAccessRules(signal?: AbortSignal): Promise<AccessRule[]> {
  const { items } = await answer(api.auth.GET('/auth/admin/access-rules', { signal: signal ?? null }));
  return items;
}

/** Adds a rule after all others, or has the one of that identifier say something else. */
export async function saveAccessRule(terms: AccessRuleTerms, id?: string): Promise<void> {
  await (id
    ? answer(api.auth.PUT('/auth/admin/access-rules/{id}', { params: { path: { id } }, body: terms }))
    : answer(api.auth.POST('/auth/admin/access-rules', { body: terms })));
}

/** Removes a rule. */
export async function deleteAccessRule(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/admin/access-rules/{id}', { params: { path: { id } } }));
}

/** Puts the rules into an order. */
export async function orderAccessRules(ids: string[]): Promise<void> {
  await answer(api.auth.PUT('/auth/admin/access-rules/order', { body: { ids } }));
}

/** What would become of a request to an application, sent by an account or by nobody who is signed in. */
export function checkAccess(url: string, account: string | undefined): Promise<AccessCheck> {
  const body = { url, method: 'GET', ...(account && { account }) };
  return answer(api.auth.POST('/auth/admin/access-rules/check', { body }));
}

/** What happened to all accounts, or to one, latest first. */
export function listAllEvents(
  account: string | undefined,
  cursor: string | undefined,
  signal?: AbortSignal,
): Promise<Page<AuditEvent>> {
  const query = {
    limit: EVENTS_AT_ONCE,
    ...(account && { account_id: account }),
    ...(cursor && { cursor }),
  };
  return answer(api.auth.GET('/auth/admin/audit-events', { params: { query }, signal: signal ?? null }));
}
