import { expect, it } from 'vitest';
import { Failure } from '../api/failure';
import { Action } from './action.svelte';

it('does a thing once, however often it is asked while busy', async () => {
  const action = new Action();
  let done = 0;
  const work = async () => {
    done += 1;
  };
  expect(await Promise.all([action.run(work), action.run(work)])).toEqual([true, false]);
  expect(done).toBe(1);
});

it('keeps what went wrong until the next attempt', async () => {
  const action = new Action();
  expect(await action.run(() => Promise.reject(new Failure(409)))).toBe(false);
  expect(action).toMatchObject({ busy: false, failure: { status: 409 } });
  expect(await action.run(async () => {})).toBe(true);
  expect(action.failure).toBeUndefined();
});
