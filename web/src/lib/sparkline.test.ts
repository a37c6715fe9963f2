import { describe, expect, it } from 'vitest';
import { sparklinePath } from './sparkline';

describe('sparklinePath', () => {
  it('fills its box, with the greatest value at the top', () => {
    const path = sparklinePath(
      [
        [100, 0],
        [150, 5],
        [200, 10],
      ],
      80,
      20,
    );
    expect(path).toBe('M0 20L40 10L80 0');
  });

  it('runs through the middle when nothing changes', () => {
    expect(
      sparklinePath(
        [
          [0, 7],
          [1, 7],
        ],
        10,
        4,
      ),
    ).toBe('M0 2L10 2');
  });

  it('is nothing for one point', () => {
    expect(sparklinePath([[0, 1]], 10, 4)).toBe('');
  });
});
