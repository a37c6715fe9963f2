// Who is signed in, and the API as they may use it.

import { createApi } from '../api/client';
import { answer, toFailure, type Failure } from '../api/failure';
import type { Account, LoginRequest, RegisterRequest, RegistrationMode } from '../api/types';

type State =
  | { is: 'loading' }
  | { is: 'unreachable'; failure: Failure }
  /** `ended`: the person did not ask for it. */
  | { is: 'signed out'; mode: RegistrationMode; ended: boolean }
  | { is: 'signed in'; account: Account };

class Session {
  state = $state.raw<State>({ is: 'loading' });

  /** Finds out who is signed in. */
  async start(): Promise<void> {
    try {
      const account = await answer(api.auth.GET('/auth/account'));
      this.state = { is: 'signed in', account };
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.status === 401) {
        await this.#signedOut(false);
      } else {
        this.state = { is: 'unreachable', failure };
      }
    }
  }

  /** Signs in; throws a `Failure`. */
  async signIn(body: LoginRequest): Promise<void> {
    const account = await answer(api.auth.POST('/auth/login', { body }));
    this.state = { is: 'signed in', account };
  }

  /** Creates an account and signs in; throws a `Failure`. */
  async register(body: RegisterRequest): Promise<void> {
    const account = await answer(api.auth.POST('/auth/register', { body }));
    this.state = { is: 'signed in', account };
  }

  /** Signs out; throws a `Failure`. */
  async signOut(): Promise<void> {
    await answer(api.auth.POST('/auth/logout'));
    await this.#signedOut(false);
  }

  /** The server knows the session no more. */
  onSignedOut = (): void => {
    if (this.state.is === 'signed in') {
      void this.#signedOut(true);
    }
  };

  async #signedOut(ended: boolean): Promise<void> {
    api.token.forget();
    try {
      const { mode } = await answer(api.auth.GET('/auth/registration'));
      this.state = { is: 'signed out', mode: mode, ended };
    } catch (thrown) {
      this.state = { is: 'unreachable', failure: toFailure(thrown) };
    }
  }
}

/** The session of the page. */
export const session = new Session();

/** The services. */
export const api = createApi({ onSignedOut: session.onSignedOut });
