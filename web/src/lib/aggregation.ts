// The ways in which the samples of a step become one point, in words.

import type { Aggregation, MetricKind } from '../api/types';

/** Every aggregation, in the order of the selector. */
export const AGGREGATIONS: readonly Aggregation[] = ['avg', 'min', 'max', 'sum', 'count', 'last'];

const TITLES: Record<Aggregation, string> = {
  avg: 'Average',
  min: 'Lowest',
  max: 'Highest',
  sum: 'Sum',
  count: 'Number of samples',
  last: 'Last value',
};

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
  return aggregation === 'sum' || aggregation === 'count';
}

/**
 * The most points to ask for. What a device measures may bend at every few pixels. A bar wants to be wide enough to be
 * pointed at, and what a person notes once a day is best seen by the day.
 */
export function pointsFor(kind: MetricKind, aggregation: Aggregation): number {
  const measured = kind === 'gauge' || kind === 'counter';
  return measured && !isAmount(aggregation) ? 400 : 100;
}
