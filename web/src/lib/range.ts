// How far back a chart looks.

/** The ranges on offer, shortest first; they are also the words in the URL. */
export const RANGES = ['24h', '7d', '30d', '90d', '1y'] as const;

export type Range = (typeof RANGES)[number];

/** Days are enough to see a habit, and few enough to see a day. */
export const DEFAULT_RANGE: Range = '30d';

const DAY = 86_400_000;

const LENGTHS: Record<Range, number> = {
  '24h': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
  '90d': 90 * DAY,
  '1y': 365 * DAY,
};

const WORDS: Record<Range, string> = {
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '1y': 'year',
};

/** The range that a word from a URL means; the default when it means none. */
export function parseRange(word: string | null): Range {
  return RANGES.find((range) => range === word) ?? DEFAULT_RANGE;
}

/** The half-open range that ends at `now`, in Unix milliseconds. */
export function boundsOf(range: Range, now: number): { start: number; end: number } {
  return { start: now - LENGTHS[range], end: now };
}

/** As in "the last …". */
export function rangeWords(range: Range): string {
  return WORDS[range];
}
