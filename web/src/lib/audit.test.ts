import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIONS, eventWords, hasFailed, partiesWords } from './audit';

describe('ACTIONS', () => {
  it('has words for all that the server records, and for nothing else', () => {
    const source = readFileSync(new URL('../../../crates/auth/src/audit.rs', import.meta.url), 'utf8');
    const names = Array.from(source.matchAll(/^ {4}\w+ => "(\w+)",$/gm), ([, name]) => name);
    expect(names.length).toBeGreaterThan(30);
    expect(Object.keys(ACTIONS).toSorted()).toEqual(names.toSorted());
  });
});

describe('eventWords', () => {
  it('says what was done, and to what', () => {
    expect(eventWords({ action: 'sign_in', detail: {} })).toBe('Sign-in');
    const detail = { api_key: 'k-1', name: 'weather station', scopes: ['metrics:write'] };
    expect(eventWords({ action: 'create_api_key', detail })).toBe('New API key: weather station');
    expect(eventWords({ action: 'join_group', detail: { group: 'family' } })).toBe(
      'Put into a group: family',
    );
    expect(eventWords({ action: 'sign_in_with_provider', detail: { provider: 'google' } })).toBe(
      'Sign-in with a provider: google',
    );
  });

  it('shows what a newer server does, though it has no words for it', () => {
    expect(eventWords({ action: 'add_telephone', detail: { name: 7 } })).toBe('Add telephone');
  });
});

describe('hasFailed', () => {
  it('tells what was tried in vain from alarms, which the log counts as failures too', () => {
    expect(hasFailed({ action: 'sign_in', succeeded: true })).toBe(false);
    expect(hasFailed({ action: 'sign_in', succeeded: false })).toBe(true);
    expect(hasFailed({ action: 'session_reuse', succeeded: false })).toBe(false);
  });
});

describe('partiesWords', () => {
  const names = new Map([
    ['a', 'ann@example.org'],
    ['b', 'ben@example.org'],
  ]);

  it('names whom it concerned, and who did it if that was somebody else', () => {
    expect(partiesWords({ account_id: 'a', actor_id: null }, names)).toBe('ann@example.org');
    expect(partiesWords({ account_id: 'a', actor_id: 'b' }, names)).toBe(
      'ann@example.org, by ben@example.org',
    );
  });

  it('hides nobody without a name', () => {
    expect(partiesWords({ account_id: 'gone' }, names)).toBe('gone');
    expect(partiesWords({}, names)).toBe('no known account');
  });
});
