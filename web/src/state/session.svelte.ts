// Who is signed in, and the API as they may use it.

import { createApi, type Api, type ApiOptions } from '../api/client';
import { answer, toFailure, type Failure } from '../api/failure';
import type {
  Account,
  LoginRequest,
  RegisterRequest,
  RegistrationMode,
  SecondFactor,
  SignedCredential,
  SignInUnderWay,
} from '../api/types';

/** What the person did not end: a session, or a sign-in that waited too long for its second factor. */
export type Ending = 'session' | 'sign-in';

type State =
  | { is: 'loading' }
  | { is: 'unreachable'; failure: Failure }
  /** `ended`: what has ended by itself, if that is why. `erasure`: when the account that they gave up is erased. */
  | { is: 'signed out'; mode: RegistrationMode; ended?: Ending | undefined; erasure?: string | undefined }
  /** One factor was given, and one of `factors` is waited for. `enrolment`: there is none yet. */
  | { is: 'half-way'; enrolment: boolean; factors: SecondFactor[] }
  | { is: 'signed in'; account: Account };

/** The session of one page. */
export class Session {
  /** Each sign-in makes a state of its own, so that what was asked before it can be told apart. */
  state = $state.raw<State>({ is: 'loading' });

  /** The services. */
  readonly api: Api;

  #ending: Promise<void> | undefined;

  constructor(server: Omit<ApiOptions, 'watch'> = {}) {
    this.api = createApi({ ...server, watch: this.#watch });
  }

  /** Finds out who is signed in. */
  async start(): Promise<void> {
    const { state } = this;
    const found = await this.#signedIn();
    this.#replace(state, found);
  }

  /** Signs in, if no second factor is asked for; throws a `Failure`. Answers whether that is so. */
  async signIn(body: LoginRequest): Promise<boolean> {
    return this.#enter(await answer(this.api.auth.POST('/auth/login', { body })));
  }

  /** Signs in by what a device has signed: alone, or as the second factor. Throws a `Failure`. */
  async signInByPasskey(how: 'alone' | 'second factor', credential: SignedCredential): Promise<void> {
    const path = how === 'alone' ? '/auth/login/passkey' : '/auth/second-factor/passkey';
    this.signedIn(await answer(this.api.auth.POST(path, { body: { credential } })));
  }

  /** The second factor was given. */
  signedIn(account: Account): void {
    this.state = { is: 'signed in', account };
  }

  /** Gives a sign-in up that waits for its second factor; throws a `Failure`. */
  giveUpSignIn(): Promise<void> {
    return this.#end(undefined, () => unlessOver(answer(this.api.auth.DELETE('/auth/pending-sign-in'))));
  }

  /** Creates an account and signs in, if no second factor is asked for; throws a `Failure`. */
  async register(body: RegisterRequest): Promise<void> {
    this.#enter(await answer(this.api.auth.POST('/auth/register', { body })));
  }

  /** Finds out anew, after something that may have ended the session. */
  async restart(): Promise<void> {
    this.api.token.forget();
    this.state = { is: 'loading' };
    await this.start();
  }

  /** The account was changed, and is now this. */
  changed(account: Account): void {
    if (this.state.is === 'signed in' && this.state.account.id === account.id) {
      // The token says what the account was.
      this.api.token.forget();
      this.state = { is: 'signed in', account };
    }
  }

  /** Asks what the account is now; throws a `Failure`. */
  async refresh(): Promise<void> {
    this.changed(await this.#ask());
  }

  /** Signs out; throws a `Failure`. */
  signOut(): Promise<void> {
    return this.#end(undefined, () => unlessOver(answer(this.api.auth.POST('/auth/logout'))));
  }

  /** Gives the account up, and with it the session; throws a `Failure`. The password is empty where there is none. */
  async deleteAccount(password: string): Promise<void> {
    let erasure: string | undefined;
    await this.#end(undefined, async () => {
      const deletion = await answer(
        this.api.auth.DELETE('/auth/account', { body: password ? { password } : {} }),
      );
      erasure = deletion.erase_after ?? undefined;
    });
    if (this.state.is === 'signed out') {
      this.state = { ...this.state, erasure };
    }
  }

  /** Whether somebody else signed in meanwhile, in another tab of this browser. */
  async changedHands(): Promise<boolean> {
    const { state } = this;
    if (state.is !== 'signed in') {
      return false;
    }
    try {
      const account = await this.#ask();
      return this.state === state && account.id !== state.account.id;
    } catch {
      // Whatever it is, the next thing that the person asks for says it.
      return false;
    }
  }

  /** A 401 to what was asked in an earlier session says nothing about this one. */
  #watch = (): (() => void) => {
    const asked = this.state;
    return () => {
      const ended = endingOf(asked);
      if (ended && asked === this.state) {
        void this.#end(ended);
      }
    };
  };

  #enter(found: Account | SignInUnderWay): boolean {
    if ('second_factors' in found) {
      this.state = halfWay(found);
      return false;
    }
    this.signedIn(found);
    return true;
  }

  /** Ends the session, or the sign-in, once and for the first reason there was. */
  #end(ended: Ending | undefined, first = async () => {}): Promise<void> {
    this.#ending ??= this.#leave(ended, first).finally(() => (this.#ending = undefined));
    return this.#ending;
  }

  async #leave(ended: Ending | undefined, first: () => Promise<void>): Promise<void> {
    const { state } = this;
    await first();
    this.api.token.forget();
    const left = await this.#signedOut(ended);
    this.#replace(state, left);
  }

  /** Whoever signed in since `before` stays. */
  #replace(before: State, after: State): void {
    if (this.state === before) {
      this.state = after;
    }
  }

  async #signedIn(): Promise<State> {
    try {
      return { is: 'signed in', account: await this.#ask() };
    } catch (thrown) {
      const failure = toFailure(thrown);
      return failure.status === 401 ? this.#halfWay() : { is: 'unreachable', failure };
    }
  }

  /** A provider's word, or a password before the page was loaded anew, may have been taken for the first factor. */
  async #halfWay(): Promise<State> {
    try {
      return halfWay(await answer(this.api.auth.GET('/auth/pending-sign-in')));
    } catch {
      return this.#signedOut(undefined);
    }
  }

  async #signedOut(ended: Ending | undefined): Promise<State> {
    try {
      const { mode } = await answer(this.api.auth.GET('/auth/registration'));
      return { is: 'signed out', mode, ended };
    } catch (thrown) {
      return { is: 'unreachable', failure: toFailure(thrown) };
    }
  }

  #ask(): Promise<Account> {
    return answer(this.api.auth.GET('/auth/account'));
  }
}

function halfWay({ enrolment_needed, second_factors }: SignInUnderWay): State {
  return { is: 'half-way', enrolment: enrolment_needed, factors: second_factors };
}

/** What has ended when the server knows nothing of `state` any more. */
function endingOf({ is }: State): Ending | undefined {
  switch (is) {
    case 'signed in':
      return 'session';
    case 'half-way':
      return 'sign-in';
    default:
      return undefined;
  }
}

/** Waits for the end of something; what had ended before needs none. */
async function unlessOver(ending: Promise<unknown>): Promise<void> {
  try {
    await ending;
  } catch (thrown) {
    if (toFailure(thrown).status !== 401) {
      throw thrown;
    }
  }
}

/** The session of this page. */
export const session = new Session();

/** The services, as this page may use them. */
export const { api } = session;
