// What the audit log tells, in words.

import type { AuditEvent } from '../api/types';

/** What was done, by its name in the log, in words that may be followed by "failed". */
export const ACTIONS: Record<string, string> = {
  add_passkey: 'New passkey',
  allow_client: 'Application allowed to know who you are',
  ask_for_email_change: 'Request for a new address',
  ask_for_email_verification: 'Request for a link to confirm the address',
  ask_for_password_reset: 'Request for a link to set a new password',
  auth_lockout_triggered: 'Too many failures: sign-in locked for a while',
  authenticate_client: 'Proof of an application',
  change_access_rule: 'Change of a rule for a tool',
  change_account: 'Change of the profile',
  change_client: 'Change of an application',
  change_email: 'Change of the address',
  change_group: 'Change of a group',
  change_password: 'Change of the password',
  change_role: 'Change of the role',
  client_code_reuse: 'Use of an old code of an application',
  client_token_reuse: 'Use of an old token of an application',
  create_access_rule: 'New rule for a tool',
  create_account: 'New account',
  create_api_key: 'New API key',
  create_client: 'New application',
  create_group: 'New group',
  create_password_reset_link: 'New link to set a password',
  create_recovery_codes: 'New recovery codes',
  delete_access_rule: 'Deletion of a rule for a tool',
  delete_account: 'Deletion of the account',
  delete_client: 'Deletion of an application',
  delete_group: 'Deletion of a group',
  disable_account: 'Account disabled',
  enable_account: 'Account enabled',
  enrol_totp: 'App for codes set up',
  erase_account: 'Account erased',
  export_account: 'Export of the account',
  give_second_factor: 'Second factor',
  invite: 'New invitation',
  join_group: 'Put into a group',
  leave_group: 'Taken out of a group',
  link_identity: 'Linked with a provider',
  order_access_rules: 'New order of the rules for tools',
  passkey_copied: 'Use of a copied passkey, refused',
  reauthenticate: 'Proof asked for again',
  register: 'Registration',
  remove_passkey: 'Passkey removed',
  remove_second_factors: 'Second factors removed',
  remove_totp: 'App for codes removed',
  rename_passkey: 'Passkey renamed',
  reset_password: 'New password by a link',
  revoke_api_key: 'API key revoked',
  revoke_invitation: 'Invitation revoked',
  revoke_other_sessions: 'All other sessions ended',
  revoke_session: 'Session ended',
  rotate_api_key: 'API key replaced',
  rotate_client_secret: 'New secret of an application',
  rotate_keys: 'New key for access tokens',
  send_mail: 'E-mail',
  session_reuse: 'Use of an old session cookie',
  sign_in: 'Sign-in',
  sign_in_to_client: 'Sign-in to an application',
  sign_in_with_provider: 'Sign-in with a provider',
  sign_out: 'Sign-out',
  unlink_identity: 'Unlinked from a provider',
  use_recovery_code: 'Use of a recovery code',
  verify_email: 'Confirmation of the address',
  withdraw_client: 'Application withdrawn',
};

/** Recorded as failures, because they are answers to something that went wrong; they themselves came about. */
const ALARMS = [
  'auth_lockout_triggered',
  'client_code_reuse',
  'client_token_reuse',
  'passkey_copied',
  'session_reuse',
];

/** Of the details, those that mean something to people. */
const TOLD = ['group', 'host', 'name', 'provider', 'role'];

/** What was done; a name that this page does not know yet is shown as it is, without its underscores. */
function actionWords(action: string): string {
  const plain = action.replaceAll('_', ' ');
  return ACTIONS[action] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Of an event, what was done. Which details there are depends on that, and the document cannot say it. */
interface Told {
  action: string;
  detail: Record<string, unknown>;
}

/** What was done, and to what, such as "Put into a group: family". */
export function eventWords({ action, detail }: Told): string {
  const told = Object.entries(detail).find(([key, value]) => TOLD.includes(key) && typeof value === 'string');
  return told ? `${actionWords(action)}: ${told[1]}` : actionWords(action);
}

/** Whether it did not come about. */
export function hasFailed({ action, succeeded }: Pick<AuditEvent, 'action' | 'succeeded'>): boolean {
  return !succeeded && !ALARMS.includes(action);
}

/** Whom it concerned and who did it, by the `names` of accounts; one that has none is told by its identifier. */
export function partiesWords(
  { account_id, actor_id }: Pick<AuditEvent, 'account_id' | 'actor_id'>,
  names: ReadonlyMap<string, string>,
): string {
  const name = (id: string) => names.get(id) ?? id;
  const concerned = account_id ? name(account_id) : 'no known account';
  return actor_id ? `${concerned}, by ${name(actor_id)}` : concerned;
}
