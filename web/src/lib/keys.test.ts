import { describe, expect, it } from 'vitest';
import { endOf, lastDay, lifeOf } from './keys';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const HOUR = 3_600_000;

describe('the end of a new key', () => {
  it('is none by itself', () => {
    expect(endOf('endless', '2026-12-24', NOW, 'UTC')).toBeUndefined();
  });

  it('is so many days away', () => {
    expect(endOf('30', '', NOW, 'UTC')).toBe('2026-12-21T12:00:00.000Z');
    expect(endOf('365', '', NOW, 'UTC')).toBe('2027-11-21T12:00:00.000Z');
  });

  it('is the end of a day where the person lives', () => {
    expect(endOf('day', '2026-12-24', NOW, 'UTC')).toBe('2026-12-25T00:00:00.000Z');
    expect(endOf('day', '2026-12-24', NOW, 'Asia/Kolkata')).toBe('2026-12-24T18:30:00.000Z');
  });

  it('is at most ten years away', () => {
    expect(lastDay(NOW, 'UTC')).toBe('2036-11-21');
    expect(lastDay(NOW, 'Pacific/Kiritimati')).toBe('2036-11-22');
    expect(endOf('day', lastDay(NOW, 'UTC'), NOW, 'UTC')).toBe('2036-11-22T00:00:00.000Z');
  });
});

describe('a key', () => {
  const life = (left: number) => lifeOf({ expires_at: new Date(NOW + left).toISOString() }, NOW);

  it('is worth a look in the week before its end', () => {
    expect(lifeOf({ expires_at: null }, NOW)).toBe('endless');
    expect(life(8 * 24 * HOUR)).toBe('lasting');
    expect(life(7 * 24 * HOUR)).toBe('ending');
    expect(life(1)).toBe('ending');
  });

  it('has ended at its end', () => {
    expect(life(0)).toBe('ended');
    expect(life(-HOUR)).toBe('ended');
  });
});
