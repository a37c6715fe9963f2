// One thing that a person asked for, such as sending a form.

import { toFailure, type Failure } from '../api/failure';

/** Runs one request at a time and keeps what went wrong with the last one. */
export class Action {
  failure = $state.raw<Failure>();
  busy = $state(false);

  /** Runs `work` unless something is under way; answers whether it went well. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.failure = undefined;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.failure = toFailure(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
