// The ways in which the samples of a step become one point, in words.

import type { Aggregation, MetricKind } from '../api/types';

/** Every aggregation, in the order of the selector. */
export const AGGREGATIONS: readonly Aggregation[] = [
  'avg',
  'min',
  'max',
  'sum',
  'increase',
  'rate',
  'count',
  'last',
];

const TITLES: Record<Aggregation, string> = {
  avg: 'Average',
  min: 'Lowest',
  max: 'Highest',
  sum: 'Sum',
  count: 'Number of samples',
  last: 'Last value',
  increase: 'Increase',
  rate: 'Rate per second',
};

/** Those that mean something for a kind: only a running total grows, and totals are not summed. */
export function aggregationsOf(kind: MetricKind): readonly Aggregation[] {
  const without: readonly Aggregation[] = kind === 'counter' ? ['sum'] : ['increase', 'rate'];
  return AGGREGATIONS.filter((aggregation) => !without.includes(aggregation));
}

/** The name of an aggregation on the page. */
export function aggregationTitle(aggregation: Aggregation): string {
  return TITLES[aggregation];
}

/** The aggregation that a word from a URL means, if it means one. */
export function parseAggregation(word: string | null): Aggregation | undefined {
  return AGGREGATIONS.find((aggregation) => aggregation === word);
}

/** Whether points are amounts that stand beside each other, rather than levels that change from one to the next. */
export function isAmount(aggregation: Aggregation): boolean {
  return aggregation === 'sum' || aggregation === 'count' || aggregation === 'increase';
}

/**
 * The most points to ask for. What a device measures may bend at every few pixels. A bar wants to be wide enough to be
 * pointed at, and what a person notes once a day is best seen by the day.
 */
export function pointsFor(kind: MetricKind, aggregation: Aggregation): number {
  const measured = kind === 'gauge' || kind === 'counter';
  return measured && !isAmount(aggregation) ? 400 : 100;
}
