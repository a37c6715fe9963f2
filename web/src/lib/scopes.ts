// What an API key may do, in words.

import type { Scope } from '../api/types';

/** Every scope with what it permits, in the order of the form. */
export const SCOPES: readonly { scope: Scope; title: string }[] = [
  { scope: 'metrics:write', title: 'Write numbers' },
  { scope: 'metrics:read', title: 'Read numbers' },
  { scope: 'tools:access', title: 'Use other tools' },
];

/** The permissions of a key; a scope that this page does not know yet is named as it is. */
export function scopeWords(scopes: readonly string[]): string {
  return scopes.map((scope) => SCOPES.find((known) => known.scope === scope)?.title ?? scope).join(', ');
}
