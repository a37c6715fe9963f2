import { describe, expect, it } from 'vitest';
import {
  dateInYears,
  endOfDay,
  formatAgo,
  formatPointTime,
  formatTime,
  formatTimeTick,
  guessTimeZone,
  stepMillis,
  stepWords,
  timeZones,
} from './time';

const instant = Date.UTC(2026, 10, 20, 23, 30);

describe('times', () => {
  it('are told in the zone of the account', () => {
    expect(formatTime(instant, 'UTC', 'en-GB')).toBe('Fri, 20 Nov 2026, 23:30');
    expect(formatTime(instant, 'Europe/Berlin', 'en-GB')).toBe('Sat, 21 Nov 2026, 00:30');
  });

  it('are days when the step counts days', () => {
    expect(formatPointTime(instant, '1d', 'UTC', 'en-GB')).toBe('Fri, 20 Nov 2026');
    expect(formatPointTime(instant, '15m', 'UTC', 'en-GB')).toContain('23:30');
    expect(formatPointTime(instant, null, 'UTC', 'en-GB')).toContain('23:30');
  });
});

describe('how long ago something was', () => {
  const ago = (hours: number) => formatAgo(instant - hours * 3_600_000, instant, 'UTC', 'en-GB');

  it('is told about, and after a month by the day', () => {
    expect([0.5, 1, 23.9, 24, 30 * 24].map(ago)).toEqual([
      'within the hour',
      '1 hour ago',
      '23 hours ago',
      '1 day ago',
      '30 days ago',
    ]);
    expect(ago(31 * 24)).toBe('Tue, 20 Oct 2026');
  });

  it('is now for what a clock that is ahead has written', () => {
    expect(ago(-1)).toBe('within the hour');
  });
});

describe('the end of a day', () => {
  const end = (date: string, zone: string) => new Date(endOfDay(date, zone)).toISOString();

  it('is the midnight after it in the zone of the account', () => {
    expect(end('2026-11-21', 'UTC')).toBe('2026-11-22T00:00:00.000Z');
    expect(end('2026-11-21', 'America/New_York')).toBe('2026-11-22T05:00:00.000Z');
    expect(end('2026-11-21', 'Pacific/Kiritimati')).toBe('2026-11-21T10:00:00.000Z');
  });

  it('is that also around a change of the clocks', () => {
    expect(end('2026-03-28', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(end('2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
    expect(end('2026-10-25', 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
  });
});

describe('a date some years on', () => {
  it('is that of the zone of the account, and is there in every year', () => {
    expect(dateInYears(10, instant, 'UTC')).toBe('2036-11-20');
    expect(dateInYears(10, instant, 'Europe/Berlin')).toBe('2036-11-21');
    expect(dateInYears(10, Date.UTC(2028, 1, 29), 'UTC')).toBe('2038-03-01');
  });
});

describe('steps', () => {
  it('are said in words', () => {
    expect(['15m', '1h', '1d', '2w', '1mo', '?'].map(stepWords)).toEqual([
      '15 minutes',
      'hour',
      'day',
      '2 weeks',
      'month',
      '?',
    ]);
  });

  it('have a length', () => {
    expect(stepMillis('15m')).toBe(900_000);
    expect(stepMillis('1w')).toBe(604_800_000);
    expect(stepMillis(null)).toBe(0);
  });
});

describe('time zones', () => {
  it('hold the one that is guessed', () => {
    expect(timeZones()).toContain(guessTimeZone());
  });
});

describe('marks of a time axis', () => {
  const DAY = 86_400_000;
  const tick = (millis: number, increment: number) =>
    formatTimeTick(millis, increment, 'Europe/Berlin', 'en-GB');

  it('tell the hour, and the day at midnight', () => {
    expect(tick(Date.UTC(2026, 10, 20, 22), DAY / 24)).toBe('23:00');
    expect(tick(Date.UTC(2026, 10, 20, 23), DAY / 24)).toBe('21 Nov');
  });

  it('tell the day, the month, and the year in January', () => {
    expect(tick(Date.UTC(2026, 10, 20, 23), 7 * DAY)).toBe('21 Nov');
    expect(tick(Date.UTC(2026, 10, 30, 23), 30 * DAY)).toBe('Dec');
    expect(tick(Date.UTC(2026, 11, 31, 23), 30 * DAY)).toBe('2027');
  });
});
