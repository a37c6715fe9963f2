// What a query answered, in the shapes that the chart and the tables take.

import type { Labels, Point, QueriedSeries } from '../api/types';

/** One line of a chart. */
export interface Line {
  name: string;
  points: Point[];
}

/** Lines over one common axis: `columns[i][n]` is the value of line `i` at `times[n]`, where it has one. */
export interface Table {
  times: number[];
  columns: (number | undefined)[][];
}

/** The numbers that sum a line up. */
export interface Summary {
  latest: number;
  lowest: number;
  highest: number;
  count: number;
}

/**
 * The series as lines, by name; series without a point are left out. Beside other lines, the one whose samples lack the
 * label `groupBy` is named for that.
 */
export function toLines(series: QueriedSeries[], groupBy?: string): Line[] {
  const drawn = series.filter(({ points }) => points.length > 0);
  const unlabelled = groupBy && drawn.length > 1 ? `without ${groupBy}` : '';
  return drawn
    .map(({ labels, points }) => ({ name: labelWords(labels) || unlabelled, points }))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** The lines beside each other. */
export function toTable(lines: Line[]): Table {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (a, b) => a - b,
  );
  const columns = lines.map(({ points }) => {
    const values = new Map<number, number>(points);
    return times.map((time) => values.get(time));
  });
  return { times, columns };
}

/** The summary of a line's points, if it has any. */
export function summarise(points: Point[]): Summary | undefined {
  const latest = points.at(-1);
  if (!latest) {
    return undefined;
  }
  const values = points.map(([, value]) => value);
  return {
    latest: latest[1],
    lowest: values.reduce((a, b) => Math.min(a, b)),
    highest: values.reduce((a, b) => Math.max(a, b)),
    count: values.length,
  };
}

/**
 * The pauses between points, as pairs of times, that a line must not bridge.
 *
 * Steps without a sample are left out of an answer, and a value noted once a week is no gap but a habit. So the
 * rhythm of the line itself decides: a pause is a gap when it is much longer than the median of its pauses.
 */
export function gapsOf(points: Point[], step: number): [number, number][] {
  const pauses = points.slice(1).map(([time], n) => time - (points[n]?.[0] ?? time));
  const median = [...pauses].sort((a, b) => a - b)[Math.floor(pauses.length / 2)] ?? 0;
  const longest = MOST_MISSED * Math.max(median, step);
  return pauses.flatMap((pause, n): [number, number][] => {
    const [from, to] = [points[n], points[n + 1]];
    return from && to && pause > longest ? [[from[0], to[0]]] : [];
  });
}

/** The keys of all labels, each once, in order. */
export function labelKeys(all: Labels[]): string[] {
  return [...new Set(all.flatMap((labels) => Object.keys(labels)))].sort();
}

/** So many usual pauses in a row are a gap. */
const MOST_MISSED = 4;

/** The labels of a series; empty for the one series that stands for all. */
function labelWords(labels: Labels): string {
  return Object.values(labels).join(', ');
}
