// Something that the server does only for whoever has just proved who they are.

import { Failure } from '../api/failure';
import { Action } from './action.svelte';
import { reauthenticate } from './account';

/**
 * An action that asks for the password when the server wants it, and is then tried again. Until the person answers it
 * is under way: `run` is settled only by the outcome, or as not gone well when they think better of it.
 */
export class GuardedAction extends Action {
  /** Whether the password is asked for now. */
  asking = $state(false);
  /** The proof of it. */
  readonly proving = new Action();

  readonly #prove: (password: string) => Promise<void>;
  #answer: (proved: boolean) => void = () => {};

  constructor(prove: (password: string) => Promise<void> = reauthenticate) {
    super();
    this.#prove = prove;
  }

  override async run(work: () => Promise<void>): Promise<boolean> {
    let done = false;
    const well = await super.run(async () => {
      done = await this.#attempt(work);
    });
    return well && done;
  }

  /** The person gave their password; when it is right, the action goes on. */
  async prove(password: string): Promise<void> {
    await this.proveBy(() => this.#prove(password));
  }

  /** The person proves in another way who they are; when that goes well, the action goes on. */
  async proveBy(proof: () => Promise<void>): Promise<void> {
    if (await this.proving.run(proof)) {
      this.#settle(true);
    }
  }

  /** The person leaves it be. */
  giveUp(): void {
    this.proving.failure = undefined;
    this.#settle(false);
  }

  /** Answers whether the work was done. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code !== 'reauthentication_needed') {
        throw thrown;
      }
    }
    return (await this.#ask()) && this.#attempt(work);
  }

  #ask(): Promise<boolean> {
    this.asking = true;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  #settle(proved: boolean): void {
    this.asking = false;
    this.#answer(proved);
  }
}
