// A line without axes: only its shape matters.

import type { Point } from '../api/types';

/** The `d` of an SVG path through the points, in a box of `width` by `height`; empty below two points. */
export function sparklinePath(points: Point[], width: number, height: number): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) {
    return '';
  }
  const values = points.map(([, value]) => value);
  const lowest = Math.min(...values);
  const spread = Math.max(...values) - lowest;
  const x = (time: number) => ((time - first[0]) / (last[0] - first[0])) * width;
  // A value that never changes runs through the middle.
  const y = (value: number) => (spread === 0 ? height / 2 : height - ((value - lowest) / spread) * height);
  return points
    .map(([time, value], n) => `${n === 0 ? 'M' : 'L'}${round(x(time))} ${round(y(value))}`)
    .join('');
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
