// A key that is being made.

import type { Failure } from '../api/failure';
import type { NewApiKey, Scope } from '../api/types';
import { endOf, type Lifetime } from '../lib/keys';

/** A part of the form. */
export type KeyField = 'name' | 'scopes' | 'prefix' | 'end';

/** Which part a refusal is about, by its stable name. */
const FIELDS: Record<string, KeyField> = {
  name_invalid: 'name',
  scopes_empty: 'scopes',
  scopes_conflict: 'scopes',
  metric_prefix_invalid: 'prefix',
  expires_at_invalid: 'end',
};

/** The field that `failure` is about, if it is about one. */
export function fieldOf(failure: Failure | undefined): KeyField | undefined {
  return FIELDS[failure?.code ?? ''];
}

/** What the person has said of it so far. */
export class KeyDraft {
  name = $state('');
  // Most keys belong to a device that has something to say and nothing to ask.
  scopes = $state<Scope[]>(['metrics:write']);
  /** Whether it is for some metrics only. */
  confined = $state(false);
  /** How their names begin. */
  prefix = $state('');
  lifetime = $state<Lifetime>('endless');
  /** A date, where it ends with a day. */
  day = $state('');

  /** What the server is asked for `now`, by somebody who lives in `zone`. */
  request(now: number, zone: string): NewApiKey {
    const end = endOf(this.lifetime, this.day, now, zone);
    return {
      name: this.name,
      scopes: this.scopes,
      ...(this.confined && { metric_prefix: this.prefix }),
      ...(end && { expires_at: end }),
    };
  }

  /** The key is made; the next one may be much like it. */
  made(): void {
    this.name = '';
  }
}
