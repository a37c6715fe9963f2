import { describe, expect, it } from 'vitest';
import { Failure } from '../api/failure';
import { fieldOf, KeyDraft } from './key-draft.svelte';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('a key that is being made', () => {
  it('writes all metrics and never ends, unless the person says so', () => {
    const draft = new KeyDraft();
    draft.name = 'weather station';
    // What was typed and taken back again counts for nothing.
    draft.prefix = 'home_';
    draft.day = '2026-12-24';
    expect(draft.request(NOW, 'UTC')).toEqual({ name: 'weather station', scopes: ['metrics:write'] });
  });

  it('has an end and a part of the metrics where the person says so', () => {
    const draft = new KeyDraft();
    Object.assign(draft, { name: 'phone', confined: true, prefix: 'home_', lifetime: '90' });
    expect(draft.request(NOW, 'UTC')).toEqual({
      name: 'phone',
      scopes: ['metrics:write'],
      metric_prefix: 'home_',
      expires_at: '2027-02-19T12:00:00.000Z',
    });
  });

  it('leaves all but the name for the next one', () => {
    const draft = new KeyDraft();
    Object.assign(draft, { name: 'phone', lifetime: '30' });
    draft.made();
    expect([draft.name, draft.lifetime]).toEqual(['', '30']);
  });

  it('is refused at the field that it is about', () => {
    const refused = (code: string) => fieldOf(new Failure(422, { code }));
    expect(['name_invalid', 'scopes_conflict', 'metric_prefix_invalid'].map(refused)).toEqual([
      'name',
      'scopes',
      'prefix',
    ]);
    expect(refused('expires_at_invalid')).toBe('end');
    expect(refused('api_keys_too_many')).toBeUndefined();
    expect(fieldOf(undefined)).toBeUndefined();
  });
});
