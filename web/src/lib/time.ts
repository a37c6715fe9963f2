// Instants and steps as a person reads them, in the account's time zone.

/** The browser's time zone. */
export function guessTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Every time zone that the browser knows, for a form. */
export function timeZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}

/** An instant to the minute, such as "Sat 21 Nov 2026, 07:05". */
export function formatTime(millis: number, zone: string, locale?: string): string {
  return format(millis, zone, { ...DATE, ...CLOCK }, locale);
}

/** A day, such as "Sat 21 Nov 2026". */
export function formatDay(millis: number, zone: string, locale?: string): string {
  return format(millis, zone, DATE, locale);
}

/** A day without its year, for narrow places. */
export function formatShortDay(millis: number, zone: string, locale?: string): string {
  return format(millis, zone, { day: 'numeric', month: 'short' }, locale);
}

/** How long ago something was, about: "5 hours ago"; the day, when it is more than a month. */
export function formatAgo(millis: number, now: number, zone: string, locale?: string): string {
  const hours = Math.floor((now - millis) / STEP_MILLIS['h']!);
  if (hours < 1) {
    return 'within the hour';
  }
  const days = Math.floor(hours / 24);
  if (days > 30) {
    return formatDay(millis, zone, locale);
  }
  return `${days > 0 ? counted(days, 'day') : counted(hours, 'hour')} ago`;
}

/** The instant at which a date such as "2026-11-21" is over in `zone`. */
export function endOfDay(date: string, zone: string): number {
  const midnight = Date.parse(date) + DAY;
  // Clocks may be changed between the first guess and midnight itself.
  return midnight - aheadOfUtc(midnight - aheadOfUtc(midnight, zone), zone);
}

/** The date in `zone` so many years after an instant, such as "2036-11-21". */
export function dateInYears(years: number, millis: number, zone: string): string {
  const shown = shownIn(zone, millis);
  return new Date(Date.UTC(shown('year') + years, shown('month') - 1, shown('day')))
    .toISOString()
    .slice(0, 10);
}

/** The start of a point: a day when the step counts days, an instant otherwise. */
export function formatPointTime(millis: number, step: string | null, zone: string, locale?: string): string {
  return isCalendarStep(step) ? formatDay(millis, zone, locale) : formatTime(millis, zone, locale);
}

/** A mark of a time axis whose marks are `increment` apart: as much as differs from one mark to the next. */
export function formatTimeTick(millis: number, increment: number, zone: string, locale?: string): string {
  if (increment >= MONTH) {
    const january = format(millis, zone, { month: 'numeric' }, 'en') === '1';
    return format(millis, zone, january ? { year: 'numeric' } : { month: 'short' }, locale);
  }
  // The locale of the comparison is fixed, because not every language writes midnight in these digits.
  const midnight = format(millis, zone, CLOCK, 'en') === '00:00';
  return increment >= DAY || midnight
    ? formatShortDay(millis, zone, locale)
    : format(millis, zone, CLOCK, locale);
}

/** A step of the API in words that follow "per": "15m" → "15 minutes", "1d" → "day". */
export function stepWords(step: string): string {
  const { count, unit } = parseStep(step);
  const word = STEP_UNITS[unit];
  if (!word) {
    return step;
  }
  return count === 1 ? word : `${count} ${word}s`;
}

/** About how long a step is, in milliseconds; months are taken as 30 days. */
export function stepMillis(step: string | null): number {
  const { count, unit } = parseStep(step ?? '');
  return count * (STEP_MILLIS[unit] ?? 0);
}

const DATE: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
};

const STEP_UNITS: Record<string, string> = {
  ms: 'millisecond',
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
};

const DAY = 86_400_000;
const MONTH = 30 * DAY;

const STEP_MILLIS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY,
  w: 7 * DAY,
  mo: MONTH,
};

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/** In the calendar that UTC has too. */
const NUMBERS: Intl.DateTimeFormatOptions = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
};

/** Making a formatter is slow and tables need many times: one is kept for each way of writing. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(millis: number, zone: string, options: Intl.DateTimeFormatOptions, locale?: string): string {
  return formatter(zone, options, locale).format(millis);
}

function formatter(zone: string, options: Intl.DateTimeFormatOptions, locale?: string): Intl.DateTimeFormat {
  const key = JSON.stringify([zone, options, locale]);
  let made = formatters.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    formatters.set(key, made);
  }
  return made;
}

function counted(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

/** By how much the clocks of `zone` are ahead of UTC at an instant, in milliseconds. */
function aheadOfUtc(millis: number, zone: string): number {
  const shown = shownIn(zone, millis);
  const [year, month, day] = [shown('year'), shown('month'), shown('day')];
  return Date.UTC(year, month - 1, day, shown('hour'), shown('minute'), shown('second')) - millis;
}

/** What calendars and clocks of `zone` show at an instant, a number each. */
function shownIn(zone: string, millis: number): (type: Intl.DateTimeFormatPartTypes) => number {
  const parts = formatter(zone, NUMBERS, 'en').formatToParts(millis);
  return (type) => Number(parts.find((part) => part.type === type)?.value);
}

function isCalendarStep(step: string | null): boolean {
  return step !== null && ['d', 'w', 'mo'].includes(parseStep(step).unit);
}

function parseStep(step: string): { count: number; unit: string } {
  const [, count = '1', unit = ''] = /^(\d+)(\D+)$/.exec(step) ?? [];
  return { count: Number(count), unit };
}
