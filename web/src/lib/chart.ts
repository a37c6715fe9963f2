// How uPlot draws the lines of a query: times in milliseconds and in the account's zone, colours from the design.

import uPlot from 'uplot';
import { isAmount } from './aggregation';
import type { Meaning } from './format';
import { formatTick } from './format';
import { gapsOf, toTable, type Line } from './series';
import { formatTimeTick } from './time';

/** What a chart shows. */
export interface ChartContent {
  lines: Line[];
  /** The range of the time axis, in Unix milliseconds. */
  start: number;
  end: number;
  /** How long a point stands for, in milliseconds; 0 when the points are the samples themselves. */
  step: number;
  timeZone: string;
  meaning: Meaning;
  /** Bars from zero instead of lines. */
  bars: boolean;
}

/** So many lines can be told apart by colour. */
export const MOST_LINES = 8;

/** The options of a uPlot for `content`; `onHover` is told which time is pointed at. */
export function chartOptions(
  content: ChartContent,
  size: { width: number; height: number },
  onHover: (index: number | undefined) => void,
): uPlot.Options {
  const { lines, timeZone, bars } = content;
  return {
    ...size,
    ms: 1,
    tzDate: (millis) => uPlot.tzDate(new Date(millis), timeZone),
    padding: [12, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { x: { range: timeRange(content) }, y: { range: valueRange(content) } },
    axes: [timeAxis(timeZone), valueAxis(content.meaning)],
    series: [{}, ...lines.map((line, n) => (bars ? barSeries() : lineSeries(line, n, content)))],
    hooks: { setCursor: [(chart) => onHover(chart.cursor.idx ?? undefined)] },
  };
}

/** The numbers of a uPlot for `content`. */
export function chartData({ lines }: ChartContent): uPlot.AlignedData {
  const { times, columns } = toTable(lines);
  return [times, ...columns];
}

function timeRange({ start, end, step, lines, bars }: ChartContent): uPlot.Range.MinMax {
  // A step that the range cuts begins before it, and a bar reaches to the end of its step.
  const first = Math.min(start, ...lines.map(({ points }) => points[0]?.[0] ?? start));
  const last = Math.max(...lines.map(({ points }) => points.at(-1)?.[0] ?? end));
  return [first, bars ? Math.max(end, last + step) : end];
}

function valueRange({ meaning, bars }: ChartContent): uPlot.Scale.Range {
  if (meaning.kind === 'boolean' && !isAmount(meaning.aggregate)) {
    return [0, 1];
  }
  return bars
    ? { min: { pad: 0, soft: 0, mode: 1 }, max: { pad: 0.1, soft: 0, mode: 1 } }
    : { min: { pad: 0.1 }, max: { pad: 0.1 } };
}

function timeAxis(timeZone: string): uPlot.Axis {
  return {
    ...axis(),
    space: 64,
    size: 32,
    grid: { show: false },
    values: (_chart, times, _axis, _space, increment) =>
      times.map((time) => formatTimeTick(time, increment, timeZone)),
  };
}

function valueAxis(meaning: Meaning): uPlot.Axis {
  return {
    ...axis(),
    space: 40,
    size: (chart, texts) => 14 + widthOf(chart, texts ?? []),
    ticks: { show: false },
    values: (_chart, values) => values.map((value) => formatTick(value, meaning)),
    ...(meaning.kind === 'duration' && meaning.aggregate !== 'count' && { incrs: SECONDS }),
  };
}

function axis(): uPlot.Axis {
  const line = { stroke: () => colour('--line'), width: 1 };
  return {
    stroke: () => colour('--muted'),
    font: FONT,
    gap: 6,
    grid: line,
    ticks: { ...line, size: 4 },
  };
}

function lineSeries(line: Line, index: number, { step, lines }: ChartContent): uPlot.Series {
  const name = seriesColour(index);
  const gaps = gapsOf(line.points, step);
  return {
    stroke: () => colour(name),
    width: 2,
    points: { size: 5, width: 0, fill: () => colour(name) },
    ...(lines.length === 1 && { fill: () => colour('--series-fill') }),
    gaps: (chart) =>
      gaps.map(([from, to]) => [chart.valToPos(from, 'x', true), chart.valToPos(to, 'x', true)]),
  };
}

function barSeries(): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.8, 48], align: 1 });
  return {
    width: 0,
    fill: () => colour('--series-bar'),
    points: { show: false },
    ...(paths && { paths }),
  };
}

/** The name of the colour of line `index`. */
function seriesColour(index: number): string {
  return `--series-${(index % MOST_LINES) + 1}`;
}

/** Read at each drawing, because the scheme may change between light and dark. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

/** Steps of an axis of seconds that people count in. */
const SECONDS = [
  0.001,
  0.01,
  0.1,
  0.5,
  1,
  5,
  10,
  30,
  60,
  300,
  600,
  1_800,
  3_600,
  7_200,
  10_800,
  21_600,
  43_200,
  86_400,
  ...[2, 5, 10, 20, 50, 100, 1_000].map((days) => days * 86_400),
];

const FONT = '12px system-ui, sans-serif';

function widthOf(chart: uPlot, texts: string[]): number {
  chart.ctx.font = FONT;
  return Math.max(0, ...texts.map((text) => chart.ctx.measureText(text ?? '').width));
}
