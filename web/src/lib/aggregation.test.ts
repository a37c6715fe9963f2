import { describe, expect, it } from 'vitest';
import { AGGREGATIONS, aggregationsOf, aggregationTitle, parseAggregation, pointsFor } from './aggregation';

describe('aggregations', () => {
  it('come back from the words in a URL', () => {
    expect(AGGREGATIONS.map(parseAggregation)).toEqual([...AGGREGATIONS]);
    expect(parseAggregation('median')).toBeUndefined();
    expect(parseAggregation(null)).toBeUndefined();
  });

  it('are offered where they mean something', () => {
    expect(aggregationsOf('counter')).toContain('rate');
    expect(aggregationsOf('counter')).not.toContain('sum');
    expect(aggregationsOf('gauge')).toEqual(['avg', 'min', 'max', 'sum', 'count', 'last']);
  });

  it('have titles of their own', () => {
    expect(new Set(AGGREGATIONS.map(aggregationTitle)).size).toBe(AGGREGATIONS.length);
  });

  it('ask for fewer points where each is drawn wide', () => {
    const line = pointsFor('gauge', 'avg');
    expect(pointsFor('delta', 'sum')).toBeLessThan(line);
    expect(pointsFor('gauge', 'count')).toBeLessThan(line);
    expect(pointsFor('counter', 'increase')).toBeLessThan(line);
    expect(pointsFor('boolean', 'avg')).toBeLessThan(line);
    expect(pointsFor('scale', 'avg')).toBeLessThan(line);
  });
});
