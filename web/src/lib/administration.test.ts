import { describe, expect, it } from 'vitest';
import type { AdministeredAccount } from '../api/types';
import { accountWords } from './administration';

const account: AdministeredAccount = {
  id: 'a',
  email: 'ann@example.org',
  email_verified_at: '2026-11-20T10:00:00Z',
  role: 'member',
  groups: [],
  has_second_factor: false,
  time_zone: 'UTC',
  created_at: '2026-11-20T10:00:00Z',
  has_password: true,
};
const words = (changes: Partial<AdministeredAccount>) =>
  accountWords({ ...account, ...changes }, 'UTC', 'en-GB');

describe('accountWords', () => {
  it('says no more than there is to say', () => {
    expect(words({})).toBe('member · since Fri, 20 Nov 2026');
  });

  it('tells groups and whatever keeps an account out', () => {
    expect(words({ groups: ['family', 'staff'] })).toContain('in family, staff');
    expect(words({ has_second_factor: true })).toContain('two factors');
    expect(words({ email_verified_at: null })).toContain('address not confirmed');
    expect(words({ disabled_at: '2026-11-21T10:00:00Z' })).toContain('disabled since Sat, 21 Nov 2026');
    expect(words({ erase_after: '2026-11-28T10:00:00Z' })).toContain('to be erased Sat, 28 Nov 2026');
  });
});
