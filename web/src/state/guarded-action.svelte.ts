// Something that the server does only for whoever has just proved who they are.

import { Failure } from '../api/failure';
import { passkeyObstacle } from '../lib/webauthn';
import { Action } from './action.svelte';
import { reauthenticate } from './account';
import { reauthenticateByPasskey } from './passkeys';
import { findSecondFactors, giveCode, type CodeKind } from './second-factor';

/** What proves who is there: the password, or where there is a second factor, that one. */
export type Proof = 'password' | 'passkey' | CodeKind;

/** With these the server asks for it. */
const ASKING = ['reauthentication_needed', 'second_factor_needed'];

/**
 * An action that asks for a proof when the server wants it, and is then tried again. Until the person answers it
 * is under way: `run` is settled only by the outcome, or as not gone well when they think better of it.
 */
export class GuardedAction extends Action {
  /** Whether a proof is asked for now. */
  asking = $state(false);
  /** Which ones the person can give. */
  ways = $state<Proof[]>(['password']);
  /** The one that they are asked for. */
  wanted = $state<Proof>('password');
  /** The proof of it. */
  readonly proving = new Action();

  readonly #prove: (word: string, proof: Proof) => Promise<void>;
  readonly #find: () => Promise<Proof[]>;
  #answer: (proved: boolean) => void = () => {};

  constructor(prove = proveAgain, find = findProofs) {
    super();
    this.#prove = prove;
    this.#find = find;
  }

  /** Asks for a proof at once. Answers whether it was given. */
  demand(): Promise<boolean> {
    let demanded = false;
    return this.run(async () => {
      if (!demanded) {
        demanded = true;
        throw new Failure(403, { code: 'reauthentication_needed' });
      }
    });
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
    await this.proveBy(() => this.#prove(word, this.wanted));
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
      if (!(thrown instanceof Failure) || !ASKING.includes(thrown.code ?? '')) {
        throw thrown;
      }
      this.ways = await this.#find();
      this.wanted = this.ways[0] ?? 'password';
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
  switch (proof) {
    case 'password':
      return reauthenticate(word);
    case 'passkey':
      return reauthenticateByPasskey();
    default:
      await giveCode(proof, word);
  }
}

/** What can be given, the likeliest first. A passkey is nothing to a browser that knows none. */
async function findProofs(): Promise<Proof[]> {
  const { totp_enrolled_at, passkeys } = await findSecondFactors();
  if (!totp_enrolled_at && !passkeys) {
    return ['password'];
  }
  const codes: Proof[] = totp_enrolled_at ? ['totp', 'recovery-code'] : ['recovery-code'];
  const signing: Proof[] = passkeys && !passkeyObstacle() ? ['passkey'] : [];
  return totp_enrolled_at ? [...codes, ...signing] : [...signing, ...codes];
}
