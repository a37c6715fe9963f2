import { expect, it } from 'vitest';
import { matches } from './search';

it('finds words in any order and any case', () => {
  expect(matches('TEMP room', ['Room temperature', 'room_temperature'])).toBe(true);
  expect(matches('', ['anything'])).toBe(true);
  expect(matches('room humidity', ['Room temperature'])).toBe(false);
});
