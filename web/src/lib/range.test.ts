import { describe, expect, it } from 'vitest';
import { DEFAULT_RANGE, RANGES, boundsOf, parseRange } from './range';

describe('parseRange', () => {
  it('knows each word on offer', () => {
    expect(RANGES.map(parseRange)).toEqual([...RANGES]);
  });

  it('falls back to the default', () => {
    expect(parseRange('2 weeks')).toBe(DEFAULT_RANGE);
    expect(parseRange(null)).toBe(DEFAULT_RANGE);
  });
});

describe('boundsOf', () => {
  it('ends now and looks back', () => {
    const now = Date.UTC(2026, 2, 31, 12);
    expect(boundsOf('24h', now)).toEqual({ start: Date.UTC(2026, 2, 30, 12), end: now });
    expect(boundsOf('1y', now).start).toBe(Date.UTC(2025, 2, 31, 12));
  });
});
