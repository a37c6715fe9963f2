// One thing that is loaded: what came, what went wrong, whether it is under way.

import { isAbort, toFailure, type Failure } from '../api/failure';

type Load<T> = (signal: AbortSignal) => Promise<T>;

/** Loads one thing at a time. The last answer stays while the next one is on its way, so that nothing flickers. */
export class Loader<T> {
  data = $state.raw<T>();
  failure = $state.raw<Failure>();
  busy = $state(false);
  #current: AbortController | undefined;

  /** Loads; gives up what was under way. */
  async load(get: Load<T>): Promise<void> {
    this.#current?.abort();
    const current = new AbortController();
    this.#current = current;
    this.busy = true;
    try {
      const data = await get(current.signal);
      this.#settle(current, () => {
        this.data = data;
        this.failure = undefined;
      });
    } catch (thrown) {
      this.#settle(current, () => {
        this.failure = isAbort(thrown) ? undefined : toFailure(thrown);
      });
    }
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  #settle(current: AbortController, apply: () => void): void {
    if (this.#current === current) {
      apply();
      this.busy = false;
    }
  }
}
