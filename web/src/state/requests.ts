// The requests of the pages, one function each.

import { answer } from '../api/failure';
import type {
  Aggregation,
  ApiKey,
  CreatedApiKey,
  Labels,
  Metric,
  NewApiKey,
  QueryResult,
} from '../api/types';
import { api } from './session.svelte';

/** What a chart asks for. */
export interface QueryRequest {
  metric: string;
  /** Unix milliseconds, half open. */
  start: number;
  end: number;
  /** At most so many points. */
  points: number;
  aggregate?: Aggregation | undefined;
  groupBy?: string | undefined;
  timeZone: string;
}

/** Every metric that is not archived. */
export function listMetrics(signal?: AbortSignal): Promise<Metric[]> {
  return readMetrics({}, signal);
}

/** The metric of this name, archived or not; `null` when there is none. */
export async function findMetric(name: string, signal?: AbortSignal): Promise<Metric | null> {
  const metrics = await readMetrics({ archived: true }, signal);
  return metrics.find((metric) => metric.name === name) ?? null;
}

/** The points of a metric. */
export function runQuery(request: QueryRequest, signal?: AbortSignal): Promise<QueryResult> {
  const { metric, start, end, points, aggregate, groupBy, timeZone } = request;
  const query = {
    metric,
    start: String(start),
    end: String(end),
    points,
    time_zone: timeZone,
    ...(aggregate && { aggregate }),
    ...(groupBy && { group_by: [groupBy] }),
  };
  const call = api.query.GET('/api/v1/query', { params: { query }, signal: signal ?? null });
  return answer(call) as Promise<QueryResult>;
}

/** The labels of the first series of a metric: enough to know their keys. */
export async function listLabels(metric: string, signal?: AbortSignal): Promise<Labels[]> {
  const query = { metric, limit: 100 };
  const { items } = await answer(
    api.query.GET('/api/v1/series', { params: { query }, signal: signal ?? null }),
  );
  return items.map(({ labels }) => labels);
}

/** The API keys of the account. */
export async function listApiKeys(signal?: AbortSignal): Promise<ApiKey[]> {
  const { items } = await answer(api.auth.GET('/auth/api-keys', { signal: signal ?? null }));
  return items;
}

/** A new API key; its secret is in this answer and in no other. */
export function createApiKey(body: NewApiKey): Promise<CreatedApiKey> {
  return answer(api.auth.POST('/auth/api-keys', { body }));
}

/** A new API key like another one, which stays good for so many hours. */
export function rotateApiKey(id: string, overlapHours: number): Promise<CreatedApiKey> {
  const body = { overlap_hours: overlapHours };
  return answer(api.auth.POST('/auth/api-keys/{id}/rotate', { params: { path: { id } }, body }));
}

/** Ends an API key. */
export async function revokeApiKey(id: string): Promise<void> {
  await answer(api.auth.DELETE('/auth/api-keys/{id}', { params: { path: { id } } }));
}

async function readMetrics(query: { archived?: boolean }, signal?: AbortSignal): Promise<Metric[]> {
  const call = api.ingest.GET('/api/v1/metrics', { params: { query }, signal: signal ?? null });
  const { items } = await answer(call);
  return items as Metric[];
}
