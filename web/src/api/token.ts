// The access token: traded from the session cookie, kept in memory only, renewed before it expires.

import type { AccessToken } from './types';

/** So long before its end a token is not used any more, in milliseconds: requests take time, clocks differ. */
const MARGIN = 30_000;

/** Holds one access token and asks for the next one when it is needed, once however many requests wait for it. */
export class TokenKeeper {
  readonly #request: () => Promise<AccessToken>;
  readonly #now: () => number;
  #token: { value: string; staleAt: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(request: () => Promise<AccessToken>, now: () => number = Date.now) {
    this.#request = request;
    this.#now = now;
  }

  /** A token that can be used now. */
  async get(): Promise<string> {
    if (this.#token && this.#now() < this.#token.staleAt) {
      return this.#token.value;
    }
    return this.#ask();
  }

  /** A token other than `refused`, which the server did not take. */
  async renew(refused: string): Promise<string> {
    if (this.#token?.value === refused) {
      this.#token = undefined;
    }
    return this.get();
  }

  /** Forgets the token, and the one under way. */
  forget(): void {
    this.#token = undefined;
    this.#pending = undefined;
  }

  #ask(): Promise<string> {
    if (this.#pending) {
      return this.#pending;
    }
    const pending = this.#request()
      .then((answer) => {
        // After a sign-out in between, the token belongs to a session that is over.
        if (this.#pending === pending) {
          this.#token = {
            value: answer.access_token,
            staleAt: this.#now() + answer.expires_in * 1000 - MARGIN,
          };
        }
        return answer.access_token;
      })
      .finally(() => {
        if (this.#pending === pending) {
          this.#pending = undefined;
        }
      });
    this.#pending = pending;
    return pending;
  }
}
