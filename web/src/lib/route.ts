// What each path of the page means. The URL is the state: every view can be bookmarked and shared.

import type { Aggregation } from '../api/types';
import { ADMINISTRATION_PARTS, type AdministrationPart } from './administration';
import { parseAggregation } from './aggregation';
import { parameters, type Parameters } from './application';
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
  | { page: 'account'; error: string | undefined }
  | { page: 'administration'; part: AdministrationPart; account?: string | undefined }
  | { page: 'register'; invitation: string | undefined }
  | {
      page: 'sign-in';
      destination: Destination | undefined;
      error: string | undefined;
      /** Where it leads wants to be sure who is there, also if somebody is signed in. */
      again?: true | undefined;
    }
  | { page: 'second-factor'; destination: Destination | undefined }
  | { page: 'forbidden'; destination: Destination | undefined }
  | { page: 'consent'; request: Parameters }
  | { page: 'sign-out'; request: Parameters }
  | { page: 'forgot-password' }
  | ({ page: LinkedPage } & Linked)
  | { page: 'unknown' };

/** The pages that links in mails lead to. */
type LinkedPage = 'reset-password' | 'verify-email' | 'change-email';

/** The secret of such a link; nothing when a mail program cut it off. */
interface Linked {
  token: string | undefined;
}

/** The route of an address. Secrets are in its fragment, which browsers send to no server. */
export function parseRoute(url: Pick<URL, 'pathname' | 'searchParams' | 'hash'>): Route {
  const query = url.searchParams;
  const secrets = new URLSearchParams(url.hash.slice(1));
  switch (url.pathname) {
    case '/':
      return { page: 'metrics' };
    case '/metric':
      return parseMetric(query);
    case '/keys':
      return { page: 'keys' };
    case '/account':
      return { page: 'account', error: query.get('error') || undefined };
    case '/register':
      return {
        page: 'register',
        invitation: secrets.get('invitation') || query.get('invitation') || undefined,
      };
    case '/sign-in':
      return {
        page: 'sign-in',
        destination: parseDestination(query.get('rd')),
        error: query.get('error') || undefined,
        again: query.get('again') === 'true' || undefined,
      };
    case '/second-factor':
      return { page: 'second-factor', destination: parseDestination(query.get('rd')) };
    case '/forbidden':
      return { page: 'forbidden', destination: parseDestination(query.get('rd')) };
    case '/consent':
      return { page: 'consent', request: parameters(query) };
    case '/sign-out':
      return { page: 'sign-out', request: parameters(query) };
    case '/forgot-password':
      return { page: 'forgot-password' };
    case '/reset-password':
    case '/verify-email':
    case '/change-email':
      return { page: url.pathname.slice(1) as LinkedPage, token: secrets.get('token') || undefined };
    default:
      return parseAdministration(url.pathname, query);
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

/** The address of a part of the administration; the audit log may be that of one account. */
export function administrationPath(part: AdministrationPart, account?: string): string {
  const path = part === 'accounts' ? '/administration' : `/administration/${part}`;
  return account ? `${path}?${new URLSearchParams({ account })}` : path;
}

/** The address that an invitation is handed over as. */
export function invitationLink(origin: string, invitation: string): string {
  return `${origin}/register#${new URLSearchParams({ invitation })}`;
}

function parseAdministration(path: string, query: URLSearchParams): Route {
  const part = ADMINISTRATION_PARTS.find((part) => administrationPath(part) === path);
  return part
    ? { page: 'administration', part, account: query.get('account') || undefined }
    : { page: 'unknown' };
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
