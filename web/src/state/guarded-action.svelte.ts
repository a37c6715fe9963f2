// Something that the server does only for whoever has just proved who they are.

import { Failure } from '../api/failure';
import { Action } from './action.svelte';
import { reauthenticate } from './account';
import { findSecondFactors, giveCode, type CodeKind } from './second-factor';

/** What proves who is there: the password, or where there is a second factor, a code. */
export type Proof = 'password' | CodeKind;

/** With these the server asks for it. */
const ASKING = ['reauthentication_needed', 'second_factor_needed'];

/**
 * An action that asks for a proof when the server wants it, and is then tried again. Until the person answers it
 * is under way: `run` is settled only by the outcome, or as not gone well when they think better of it.
 */
export class GuardedAction extends Action {
  /** Whether a proof is asked for now. */
  asking = $state(false);
  /** Which one. */
  wanted = $state<Proof>('password');
  /** The proof of it. */
  readonly proving = new Action();

  readonly #prove: (word: string, proof: Proof) => Promise<void>;
  readonly #choose: () => Promise<Proof>;
  #answer: (proved: boolean) => void = () => {};

  constructor(prove = proveAgain, choose = chooseProof) {
    super();
    this.#prove = prove;
    this.#choose = choose;
  }

  override async run(work: () => Promise<void>): Promise<boolean> {
    let done = false;
    const well = await super.run(async () => {
      done = await this.#attempt(work);
    });
    return well && done;
  }

  /** The person gave what is wanted; when it is right, the action goes on. */
  async prove(word: string): Promise<void> {
    if (await this.proving.run(() => this.#prove(word, this.wanted))) {
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
      if (!(thrown instanceof Failure) || !ASKING.includes(thrown.code ?? '')) {
        throw thrown;
      }
      this.wanted = await this.#choose();
      // Whoever has no second factor cannot give one here.
      if (thrown.code === 'second_factor_needed' && this.wanted === 'password') {
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

async function proveAgain(word: string, proof: Proof): Promise<void> {
  await (proof === 'password' ? reauthenticate(word) : giveCode(proof, word));
}

async function chooseProof(): Promise<Proof> {
  const { totp_enrolled_at } = await findSecondFactors();
  return totp_enrolled_at ? 'totp' : 'password';
}
