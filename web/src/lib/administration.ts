// What an administrator looks after.

import type { AdministeredAccount } from '../api/types';
import { formatDay } from './time';

/** The parts of the administration, in the order of their links; each is an address. */
export const ADMINISTRATION_PARTS = [
  'accounts',
  'invitations',
  'groups',
  'tools',
  'applications',
  'activity',
] as const;

export type AdministrationPart = (typeof ADMINISTRATION_PARTS)[number];

const TITLES: Record<AdministrationPart, string> = {
  accounts: 'Accounts',
  invitations: 'Invitations',
  groups: 'Groups',
  tools: 'Tools',
  applications: 'Applications',
  activity: 'Activity',
};

/** What a part is called. */
export function partTitle(part: AdministrationPart): string {
  return TITLES[part];
}

/** How an account stands, such as "administrator · since Sat, 21 Nov 2026 · in staff". */
export function accountWords(account: AdministeredAccount, timeZone: string, locale?: string): string {
  const day = (instant: string) => formatDay(Date.parse(instant), timeZone, locale);
  const { role, created_at, email_verified_at, has_second_factor, disabled_at, erase_after, groups } =
    account;
  const words = [
    role,
    `since ${day(created_at)}`,
    email_verified_at ? '' : 'address not confirmed',
    has_second_factor ? 'two factors' : '',
    groups.length > 0 ? `in ${groups.join(', ')}` : '',
    disabled_at ? `disabled since ${day(disabled_at)}` : '',
    erase_after ? `to be erased ${day(erase_after)}` : '',
  ];
  return words.filter(Boolean).join(' · ');
}
