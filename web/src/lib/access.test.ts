import { describe, expect, it } from 'vitest';
import type { AccessRule } from '../api/types';
import { moved, outcomeWords, ruleSentence } from './access';

const rule: Omit<AccessRule, 'id'> = {
  host: 'notes.example.org',
  path: '/',
  methods: [],
  audience: 'signed_in',
  groups: [],
  second_factor: false,
};
const sentence = (changes: Partial<AccessRule>) => ruleSentence({ ...rule, ...changes });

describe('ruleSentence', () => {
  it('says who may open what', () => {
    expect(sentence({})).toBe('Whoever is signed in may open notes.example.org.');
    expect(sentence({ audience: 'nobody', path: '/internal' })).toBe(
      'Nobody may open notes.example.org/internal.',
    );
    expect(sentence({ audience: 'everybody', path: '/public', methods: ['GET'] })).toBe(
      'Everybody, signed in or not, may send GET to notes.example.org/public.',
    );
  });

  it('names groups, roles and the second factor', () => {
    expect(sentence({ audience: 'groups', groups: ['administrator', 'family'], second_factor: true })).toBe(
      'Only administrators or family may open notes.example.org, with a second factor.',
    );
    expect(sentence({ audience: 'groups', groups: ['a', 'b', 'c'], methods: ['DELETE', 'POST'] })).toBe(
      'Only a, b or c may send DELETE and POST to notes.example.org.',
    );
  });

  it('tells all hosts below a domain from one', () => {
    expect(sentence({ host: '*.example.org' })).toContain('open anything at every host below example.org');
    expect(sentence({ host: '*.example.org', path: '/admin' })).toContain(
      'open /admin at every host below example.org',
    );
  });
});

describe('outcomeWords', () => {
  it('names the rule that decides by its place', () => {
    expect(outcomeWords({ outcome: 'refused', rule: 'a' }, 2)).toBe('Rule 2 decides: it is not opened.');
    expect(outcomeWords({ outcome: 'pass' }, undefined)).toBe('No rule is about it: it is opened.');
  });
});

describe('moved', () => {
  it('changes two neighbours and nothing at the ends', () => {
    expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c']);
  });
});
