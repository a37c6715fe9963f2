// Numbers as a person reads them: few digits, a unit, spans of time in hours and minutes.

import type { Aggregation, MetricKind } from '../api/types';

/** What a number stands for. */
export interface Meaning {
  unit?: string | null | undefined;
  kind: MetricKind;
  aggregate: Aggregation;
}

/** Between a number and its unit: narrow, and never broken over two lines. */
const SPACE = '\u202f';

/** A unit of so many characters still fits beside a number in a narrow place. */
const SHORT_UNIT = 3;

/** A value with its unit, such as "21.5 °C", "1 h 20 min", "Yes" or "64 %". */
export function formatValue(value: number, meaning: Meaning, locale?: string): string {
  if (meaning.aggregate === 'count') {
    return formatNumber(value, locale);
  }
  if (meaning.aggregate === 'rate') {
    return withUnit(formatNumber(value, locale), perSecond(meaning.unit));
  }
  switch (meaning.kind) {
    case 'boolean':
      return formatBoolean(value, meaning.aggregate, locale);
    case 'duration':
      return formatSeconds(value, locale);
    default:
      return withUnit(formatNumber(value, locale), meaning.unit);
  }
}

/** A value for a narrow place that names a long unit elsewhere: "21.5 °C", but "7.65M" views. */
export function formatShortValue(value: number, meaning: Meaning, locale?: string): string {
  const unit = meaning.unit && meaning.unit.length <= SHORT_UNIT ? meaning.unit : null;
  if (Math.abs(value) < 100_000 || meaning.kind === 'duration') {
    return formatValue(value, { ...meaning, unit }, locale);
  }
  const number = value.toLocaleString(locale, { notation: 'compact', maximumFractionDigits: 2 });
  if (meaning.aggregate === 'count') {
    return number;
  }
  return withUnit(number, meaning.aggregate === 'rate' ? perSecond(unit) : unit);
}

/** A number with as many digits as its size deserves. */
export function formatNumber(value: number, locale?: string): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) {
    return value.toLocaleString(locale, { notation: 'scientific', maximumSignificantDigits: 4 });
  }
  if (size < 1) {
    return value.toLocaleString(locale, { maximumSignificantDigits: 3 });
  }
  const maximumFractionDigits = size < 1_000 ? 2 : size < 100_000 ? 1 : 0;
  return value.toLocaleString(locale, { maximumFractionDigits });
}

/** A number for the narrow side of a chart, such as "1.2M". */
export function formatTick(value: number, meaning: Meaning, locale?: string): string {
  if (meaning.kind === 'duration' && meaning.aggregate !== 'count') {
    return formatSeconds(value, locale);
  }
  if (meaning.kind === 'boolean' && isShare(meaning.aggregate)) {
    return formatPercent(value, locale);
  }
  if (Math.abs(value) >= 10_000) {
    return value.toLocaleString(locale, { notation: 'compact', maximumFractionDigits: 2 });
  }
  return value.toLocaleString(locale, { maximumSignificantDigits: 6 });
}

/** Seconds as their two greatest units: "2 d 3 h", "1 h 20 min", "4 min 5 s", "1.25 s". */
export function formatSeconds(seconds: number, locale?: string): string {
  const sign = seconds < 0 ? '−' : '';
  const size = Math.abs(seconds);
  if (size < 60) {
    return sign + withUnit(formatNumber(size, locale), 's');
  }
  const [big, small] = TIME_UNITS.find(([unit]) => size >= unit.seconds) ?? TIME_UNITS[0];
  // Rounded first, so that 59 min 59.9 s becomes 1 h and not 59 min 60 s.
  const rounded = Math.round(size / small.seconds) * small.seconds;
  if (rounded >= big.seconds * big.most) {
    return sign + formatSeconds(rounded, locale);
  }
  const parts = [part(Math.floor(rounded / big.seconds), big.name, locale)];
  const rest = Math.round((rounded % big.seconds) / small.seconds);
  if (rest > 0) {
    parts.push(part(rest, small.name, locale));
  }
  return sign + parts.join(' ');
}

interface TimeUnit {
  name: string;
  seconds: number;
  /** So many make the next greater unit. */
  most: number;
}

const SECOND: TimeUnit = { name: 's', seconds: 1, most: 60 };
const MINUTE: TimeUnit = { name: 'min', seconds: 60, most: 60 };
const HOUR: TimeUnit = { name: 'h', seconds: 3_600, most: 24 };
const DAY: TimeUnit = { name: 'd', seconds: 86_400, most: Infinity };

/** Each unit with the one that says the rest, greatest first. */
const TIME_UNITS: [[TimeUnit, TimeUnit], ...[TimeUnit, TimeUnit][]] = [
  [DAY, HOUR],
  [HOUR, MINUTE],
  [MINUTE, SECOND],
];

function part(count: number, unit: string, locale?: string): string {
  return withUnit(formatNumber(count, locale), unit);
}

function formatBoolean(value: number, aggregate: Aggregation, locale?: string): string {
  if (isShare(aggregate)) {
    return formatPercent(value, locale);
  }
  if (aggregate !== 'sum' && (value === 0 || value === 1)) {
    return value === 1 ? 'Yes' : 'No';
  }
  return formatNumber(value, locale);
}

/** The average of yes (1) and no (0) is how often it was yes. */
function isShare(aggregate: Aggregation): boolean {
  return aggregate === 'avg';
}

function formatPercent(share: number, locale?: string): string {
  return share.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 1 });
}

function perSecond(unit: string | null | undefined): string {
  return `${unit ?? ''}/s`;
}

function withUnit(number: string, unit: string | null | undefined): string {
  return unit ? `${number}${SPACE}${unit}` : number;
}
