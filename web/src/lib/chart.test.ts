import { describe, expect, it } from 'vitest';
import type { Aggregation } from '../api/types';
import { chartOptions, type ChartContent } from './chart';

/** Two rooms with a window that is open (1) or not (0). */
function windows(aggregate: Aggregation): ChartContent {
  return {
    lines: [
      { name: 'kitchen', points: [[0, 12]] },
      { name: 'study', points: [[0, 3]] },
    ],
    start: 0,
    end: 86_400_000,
    step: 86_400_000,
    timeZone: 'UTC',
    meaning: { kind: 'boolean', aggregate },
    bars: false,
  };
}

function valueRange(content: ChartContent) {
  return chartOptions(content, { width: 600, height: 300 }, () => {}).scales?.['y']?.range;
}

describe('the axis of values', () => {
  it('goes from no to yes where a point is between them', () => {
    for (const aggregate of ['avg', 'min', 'max', 'last'] as const) {
      expect(valueRange(windows(aggregate)), aggregate).toEqual([0, 1]);
    }
  });

  it('makes room for how often it was yes', () => {
    for (const aggregate of ['sum', 'count'] as const) {
      expect(valueRange(windows(aggregate)), aggregate).not.toEqual([0, 1]);
    }
  });
});
