// How API keys end, in words.

import type { ApiKey } from '../api/types';
import { dateInYears, endOfDay } from './time';

const DAY = 86_400_000;
/** For so long before its end a key is worth a look. */
const SOON = 7 * DAY;

/** The server lets no key live longer. */
const LONGEST_LIFE_YEARS = 10;

/** When a new key ends: never, after so many days, or with a day that the person names. */
export type Lifetime = 'endless' | '30' | '90' | '365' | 'day';

/** Every choice of the form. */
export const LIFETIMES: readonly { value: Lifetime; text: string }[] = [
  { value: 'endless', text: 'Never' },
  { value: '30', text: 'In 30 days' },
  { value: '90', text: 'In 90 days' },
  { value: '365', text: 'In a year' },
  { value: 'day', text: 'On a day' },
];

/** The end of a key that is made `now`; `day` is a date such as "2026-11-21", whose end counts. */
export function endOf(lifetime: Lifetime, day: string, now: number, zone: string): string | undefined {
  switch (lifetime) {
    case 'endless':
      return undefined;
    case 'day':
      return new Date(endOfDay(day, zone)).toISOString();
    default:
      return new Date(now + Number(lifetime) * DAY).toISOString();
  }
}

/** The last day that a key can end with which is made `now`. */
export function lastDay(now: number, zone: string): string {
  return dateInYears(LONGEST_LIFE_YEARS, now, zone);
}

/** For how many hours a key that is replaced may stay good. */
export const OVERLAPS: readonly { value: string; text: string }[] = [
  { value: '0', text: 'Not at all' },
  { value: '1', text: 'An hour' },
  { value: '24', text: 'A day' },
  { value: '168', text: 'A week' },
  { value: '720', text: '30 days' },
];

/** How far a key is from its end. */
export type Life = 'endless' | 'lasting' | 'ending' | 'ended';

/** How far `key` is from its end `now`. */
export function lifeOf({ expires_at }: Pick<ApiKey, 'expires_at'>, now: number): Life {
  if (!expires_at) {
    return 'endless';
  }
  const left = Date.parse(expires_at) - now;
  if (left <= 0) {
    return 'ended';
  }
  return left <= SOON ? 'ending' : 'lasting';
}
