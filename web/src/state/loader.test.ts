import { describe, expect, it } from 'vitest';
import { Failure } from '../api/failure';
import { Loader } from './loader.svelte';

/** A request whose answer the test gives, when it likes. */
function request<T>() {
  let resolve: (data: T) => void = () => {};
  const answered = new Promise<T>((settle) => (resolve = settle));
  return { get: () => answered, resolve };
}

describe('Loader', () => {
  it('keeps the last answer while the next one is on its way', async () => {
    const loader = new Loader<string>();
    await loader.load(async () => 'first');
    const next = request<string>();
    const loading = loader.load(next.get);
    expect(loader).toMatchObject({ data: 'first', busy: true });
    next.resolve('second');
    await loading;
    expect(loader).toMatchObject({ data: 'second', busy: false });
  });

  it('takes the answer to the latest request, whichever comes last', async () => {
    const loader = new Loader<string>();
    const [slow, fast] = [request<string>(), request<string>()];
    const both = [loader.load(slow.get), loader.load(fast.get)];
    fast.resolve('fast');
    slow.resolve('slow');
    await Promise.all(both);
    expect(loader.data).toBe('fast');
  });

  it('gives up what is superseded or stopped', async () => {
    const loader = new Loader<string>();
    const signals: AbortSignal[] = [];
    const never = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<string>(() => {});
    };
    void loader.load(never);
    void loader.load(never);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    loader.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('keeps a failure until the next success', async () => {
    const loader = new Loader<string>();
    await loader.load(() => Promise.reject(new Failure(503)));
    expect(loader.failure?.status).toBe(503);
    await loader.load(async () => 'back');
    expect(loader).toMatchObject({ data: 'back', failure: undefined });
  });
});
