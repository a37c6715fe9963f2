// What each path of the page means. The URL is the state: every view can be bookmarked and shared.

import type { Aggregation } from '../api/types';
import { parseAggregation } from './aggregation';
import { DEFAULT_RANGE, parseRange, type Range } from './range';

/** How one metric is looked at. */
export interface MetricView {
  name: string;
  range: Range;
  /** Left out: as the metric says. */
  aggregate?: Aggregation | undefined;
  /** The label that splits the chart into lines. */
  groupBy?: string | undefined;
}

export type Route =
  | { page: 'metrics' }
  | ({ page: 'metric' } & MetricView)
  | { page: 'keys' }
  | { page: 'register'; invitation: string | undefined }
  | { page: 'unknown' };

/** The route of a path and its query. */
export function parseRoute(url: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const [first, second, ...rest] = url.pathname.split('/').filter((segment) => segment !== '');
  if (rest.length > 0) {
    return { page: 'unknown' };
  }
  if (first === 'metrics' && second !== undefined) {
    return parseMetric(second, url.searchParams);
  }
  if (second !== undefined) {
    return { page: 'unknown' };
  }
  switch (first) {
    case undefined:
    case 'metrics':
      return { page: 'metrics' };
    case 'keys':
      return { page: 'keys' };
    case 'register':
      return { page: 'register', invitation: url.searchParams.get('invitation') || undefined };
    default:
      return { page: 'unknown' };
  }
}

/** The address of a metric's chart; what is at its default is left out. */
export function metricPath({ name, range, aggregate, groupBy }: MetricView): string {
  const query = new URLSearchParams();
  if (range !== DEFAULT_RANGE) query.set('range', range);
  if (aggregate) query.set('aggregate', aggregate);
  if (groupBy) query.set('group_by', groupBy);
  const search = query.toString();
  return `/metrics/${encodeURIComponent(name)}${search && `?${search}`}`;
}

function parseMetric(segment: string, query: URLSearchParams): Route {
  const name = decode(segment);
  if (name === undefined) {
    return { page: 'unknown' };
  }
  return {
    page: 'metric',
    name,
    range: parseRange(query.get('range')),
    aggregate: parseAggregation(query.get('aggregate')),
    groupBy: query.get('group_by') || undefined,
  };
}

/** A person may have typed the address: a percent sign of their own is no reason to fail. */
function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
