// What the audit log tells, in words.

import type { AuditEvent } from '../api/types';

/** What was done, by its name in the log, in words that may be followed by "failed". */
const ACTIONS: Record<string, string> = {
  add_passkey: 'New passkey',
  ask_for_email_change: 'Request for a new address',
  ask_for_email_verification: 'Request for a link to confirm the address',
  ask_for_password_reset: 'Request for a link to set a new password',
  auth_lockout_triggered: 'Too many failures: sign-in locked for a while',
  change_account: 'Change of the profile',
  change_email: 'Change of the address',
  change_password: 'Change of the password',
  change_role: 'Change of the role',
  create_account: 'New account',
  create_api_key: 'New API key',
  create_group: 'New group',
  create_password_reset_link: 'New link to set a password',
  delete_account: 'Deletion of the account',
  delete_group: 'Deletion of a group',
  disable_account: 'Account disabled',
  enable_account: 'Account enabled',
  erase_account: 'Account erased',
  export_account: 'Export of the account',
  invite: 'New invitation',
  join_group: 'Put into a group',
  leave_group: 'Taken out of a group',
  passkey_copied: 'Use of a copied passkey, refused',
  reauthenticate: 'Proof asked for again',
  register: 'Registration',
  remove_passkey: 'Passkey removed',
  rename_passkey: 'Passkey renamed',
  reset_password: 'New password by a link',
  revoke_api_key: 'API key revoked',
  revoke_invitation: 'Invitation revoked',
  revoke_other_sessions: 'All other sessions ended',
  revoke_session: 'Session ended',
  rotate_api_key: 'API key replaced',
  send_mail: 'E-mail',
  session_reuse: 'Use of an old session cookie',
  sign_in: 'Sign-in',
  sign_out: 'Sign-out',
  verify_email: 'Confirmation of the address',
};

/** Recorded as failures, because they are answers to something that went wrong; they themselves came about. */
const ALARMS = ['auth_lockout_triggered', 'passkey_copied', 'session_reuse'];

/** Of the details, those that mean something to people. */
const TOLD = ['group', 'name', 'role'];

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
