import { describe, expect, it } from 'vitest';
import type { Point, QueriedSeries } from '../api/types';
import { gapsOf, labelKeys, summarise, toLines, toTable } from './series';

describe('toLines', () => {
  it('names lines by their labels, in the order of people', () => {
    const lines = toLines([
      { labels: { host: 'node 10' }, points: [[1, 1]] },
      { labels: { host: 'node 9' }, points: [[1, 2]] },
      { labels: { host: 'silent' }, points: [] },
    ]);
    expect(lines.map(({ name }) => name)).toEqual(['node 9', 'node 10']);
  });

  it('names the line without the label beside those that have it', () => {
    const study = { labels: { room: 'study' }, points: [[1, 1]] as Point[] };
    const nowhere = { labels: {}, points: [[1, 2]] as Point[] };
    const names = (...series: (typeof study | typeof nowhere)[]) =>
      toLines(series as QueriedSeries[], 'room').map(({ name }) => name);
    expect(names(study, nowhere)).toEqual(['study', 'without room']);
    expect(names(nowhere)).toEqual(['']);
  });
});

describe('toTable', () => {
  it('puts lines on one axis and leaves holes', () => {
    const table = toTable([
      {
        name: 'a',
        points: [
          [1, 10],
          [3, 30],
        ],
      },
      { name: 'b', points: [[2, 0]] },
    ]);
    expect(table).toEqual({
      times: [1, 2, 3],
      columns: [
        [10, undefined, 30],
        [undefined, 0, undefined],
      ],
    });
  });

  it('is empty for no lines', () => {
    expect(toTable([])).toEqual({ times: [], columns: [] });
  });
});

describe('summarise', () => {
  it('finds the latest, the lowest and the highest', () => {
    expect(
      summarise([
        [1, 5],
        [2, -1],
        [3, 2],
      ]),
    ).toEqual({ latest: 2, lowest: -1, highest: 5, count: 3 });
  });

  it('has nothing to say about nothing', () => {
    expect(summarise([])).toBeUndefined();
  });
});

describe('gapsOf', () => {
  const at = (...times: number[]): Point[] => times.map((time) => [time, 0]);

  it('breaks a steady line where it stopped', () => {
    expect(gapsOf(at(0, 10, 20, 30, 90, 100, 110), 10)).toEqual([[30, 90]]);
  });

  it('bridges the usual pauses of a slow rhythm', () => {
    expect(gapsOf(at(0, 70, 140, 220, 290), 10)).toEqual([]);
  });

  it('bridges a few missed steps', () => {
    expect(gapsOf(at(0, 10, 20, 50, 60), 10)).toEqual([]);
  });

  it('finds none in a line of one point', () => {
    expect(gapsOf(at(5), 10)).toEqual([]);
  });
});

describe('labelKeys', () => {
  it('lists each key once', () => {
    expect(labelKeys([{ host: 'a', room: 'x' }, { host: 'b' }, {}])).toEqual(['host', 'room']);
  });
});
