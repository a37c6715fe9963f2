// What each path of the page means. The URL is the state: every view can be bookmarked and shared.

import type { Aggregation } from '../api/types';
import { parseAggregation } from './aggregation';
import { parseDestination, type Destination } from './destination';
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
  | { page: 'sign-in'; destination: Destination | undefined }
  | { page: 'unknown' };

/** The route of a path and its query. */
export function parseRoute(url: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const query = url.searchParams;
  switch (url.pathname) {
    case '/':
      return { page: 'metrics' };
    case '/metric':
      return parseMetric(query);
    case '/keys':
      return { page: 'keys' };
    case '/register':
      return { page: 'register', invitation: query.get('invitation') || undefined };
    case '/sign-in':
      return { page: 'sign-in', destination: parseDestination(query.get('rd')) };
    default:
      return { page: 'unknown' };
  }
}

/**
 * The address of a metric's chart; what is at its default is left out.
 *
 * The name is in the query, because no path can have the segments `.` and `..`, and proxies differ over `%2F`.
 */
export function metricPath({ name, range, aggregate, groupBy }: MetricView): string {
  const query = new URLSearchParams({ name });
  if (range !== DEFAULT_RANGE) query.set('range', range);
  if (aggregate) query.set('aggregate', aggregate);
  if (groupBy) query.set('group_by', groupBy);
  return `/metric?${query}`;
}

function parseMetric(query: URLSearchParams): Route {
  const name = query.get('name');
  if (!name) {
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
