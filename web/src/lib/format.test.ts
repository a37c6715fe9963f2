import { describe, expect, it } from 'vitest';
import {
  formatNumber,
  formatSeconds,
  formatShortValue,
  formatTick,
  formatValue,
  type Meaning,
} from './format';

const plain = (text: string) => text.replace(/\u202f/g, ' ');
const value = (number: number, meaning: Partial<Meaning>) =>
  plain(formatValue(number, { unit: null, kind: 'gauge', aggregate: 'avg', ...meaning }, 'en'));

describe('formatNumber', () => {
  it('spends digits by size', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [0.012345, '0.0123'],
      [21.456, '21.46'],
      [-3.5, '-3.5'],
      [1013.25, '1,013.3'],
      [1234567.8, '1,234,568'],
      [1e-9, '1E-9'],
      [1.5e20, '1.5E20'],
    ];
    expect(cases.map(([number]) => formatNumber(number, 'en'))).toEqual(cases.map(([, text]) => text));
  });

  it('follows the locale', () => {
    expect(formatNumber(1234.5, 'de')).toBe('1.234,5');
  });
});

describe('formatValue', () => {
  it('appends the unit', () => {
    expect(value(21.5, { unit: '°C' })).toBe('21.5 °C');
    expect(value(21.5, {})).toBe('21.5');
  });

  it('counts samples without the unit', () => {
    expect(value(12, { unit: '°C', aggregate: 'count' })).toBe('12');
  });

  it('says yes, no and how often', () => {
    expect(value(1, { kind: 'boolean', aggregate: 'last' })).toBe('Yes');
    expect(value(0, { kind: 'boolean', aggregate: 'min' })).toBe('No');
    expect(value(0.64, { kind: 'boolean', aggregate: 'avg' })).toBe('64%');
    expect(value(1, { kind: 'boolean', aggregate: 'sum' })).toBe('1');
  });

  it('says rates by the second', () => {
    expect(value(1.5, { kind: 'counter', aggregate: 'rate', unit: 'kWh' })).toBe('1.5 kWh/s');
    expect(value(1.5, { kind: 'counter', aggregate: 'rate', unit: null })).toBe('1.5 /s');
  });

  it('says spans in their units', () => {
    expect(value(4_800, { kind: 'duration', aggregate: 'sum', unit: 's' })).toBe('1 h 20 min');
  });
});

describe('formatSeconds', () => {
  it('uses the two greatest units and rounds across them', () => {
    const cases: [number, string][] = [
      [0, '0 s'],
      [1.25, '1.25 s'],
      [60, '1 min'],
      [245, '4 min 5 s'],
      [3_599.9, '1 h'],
      [86_399, '1 d'],
      [183_600, '2 d 3 h'],
      [-90, '−1 min 30 s'],
    ];
    expect(cases.map(([seconds]) => plain(formatSeconds(seconds, 'en')))).toEqual(
      cases.map(([, text]) => text),
    );
  });
});

describe('formatTick', () => {
  it('is short', () => {
    const gauge: Meaning = { unit: 'B', kind: 'gauge', aggregate: 'avg' };
    expect(formatTick(1_200_000, gauge, 'en')).toBe('1.2M');
    expect(formatTick(0.30000000000000004, gauge, 'en')).toBe('0.3');
    expect(formatTick(0.5, { ...gauge, kind: 'boolean' }, 'en')).toBe('50%');
  });
});

describe('formatShortValue', () => {
  const short = (number: number, meaning: Partial<Meaning>) =>
    plain(formatShortValue(number, { unit: 'views', kind: 'gauge', aggregate: 'last', ...meaning }, 'en'));

  it('shortens what is long and leaves the rest', () => {
    expect(short(21.5, { unit: '°C' })).toBe('21.5 °C');
    expect(short(7_652_910, { unit: 'B' })).toBe('7.65M B');
    expect(short(99_999, {})).toBe('99,999');
    expect(short(7_652_910_525, {})).toBe('7.65B');
    expect(short(7_652_910, { aggregate: 'count' })).toBe('7.65M');
    expect(short(183_600, { kind: 'duration', aggregate: 'sum' })).toBe('2 d 3 h');
  });
});
