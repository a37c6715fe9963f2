import { describe, expect, it } from 'vitest';
import type { Api } from '../api/client';
import { answer } from '../api/failure';
import type { Account } from '../api/types';
import { Session } from './session.svelte';

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const account = (id: string) => json(200, { id, email: `${id}@example.org`, time_zone: 'UTC' });
const refused = () => json(401, { code: 'session_missing' });
const closed = () => json(200, { mode: 'closed' });

/** A session with a server that answers each request when the test says so, and with what. */
function setup() {
  const waiting = new Map<string, ((response: Response) => void)[]>();
  const send = ({ method, url }: Request) => {
    const asked = `${method} ${new URL(url).pathname}`;
    return new Promise<Response>((resolve) => {
      waiting.set(asked, [...(waiting.get(asked) ?? []), resolve]);
    });
  };
  const session = new Session({ baseUrl: 'http://server', send });
  const count = (asked: string) => waiting.get(asked)?.length ?? 0;
  /** Answers the oldest such request, as soon as it is there. */
  const reply = async (asked: string, response: Response) => {
    await expect.poll(() => count(asked), { interval: 1 }).toBeGreaterThan(0);
    waiting.get(asked)?.shift()?.(response);
  };
  const signIn = async (id: string) => {
    const signingIn = session.signIn({ email: `${id}@example.org`, password: 'secret' });
    await reply('POST /auth/login', account(id));
    await signingIn;
  };
  const signInHalfWay = async () => {
    const signingIn = session.signIn({ email: 'ann@example.org', password: 'secret' });
    await reply('POST /auth/login', json(202, { second_factors: ['totp'], enrolment_needed: false }));
    expect(await signingIn).toBe(false);
  };
  const askForKeys = () => answer(session.api.auth.GET('/auth/api-keys')).catch(() => {});
  const giveCode = () => session.api.auth.POST('/auth/second-factor/totp', { body: { code: '123456' } });
  return { session, count, reply, signIn, signInHalfWay, askForKeys, giveCode };
}

describe('a session that the server knows no more', () => {
  it('ends once, however many requests were refused', async () => {
    const { session, count, reply, signIn, askForKeys } = setup();
    await signIn('ann');
    const asked = [askForKeys(), askForKeys()];
    await reply('GET /auth/api-keys', refused());
    await reply('GET /auth/api-keys', refused());
    await Promise.all(asked);
    expect(count('GET /auth/registration')).toBe(1);
    await reply('GET /auth/registration', closed());
    await expect.poll(() => session.state).toEqual({ is: 'signed out', mode: 'closed', ended: 'session' });
  });

  it('does not take the next one with it', async () => {
    const { session, count, reply, signIn, askForKeys } = setup();
    await signIn('ann');
    const asked = askForKeys();
    const leaving = session.signOut();
    await reply('POST /auth/logout', new Response(null, { status: 204 }));
    await reply('GET /auth/registration', closed());
    await leaving;
    await signIn('ben');
    await reply('GET /auth/api-keys', refused());
    await asked;
    expect(count('GET /auth/registration')).toBe(0);
    expect(session.state).toMatchObject({ is: 'signed in', account: { id: 'ben' } });
  });
});

describe('a sign-in that waits for its second factor', () => {
  it('is no session, and becomes one when that is given', async () => {
    const { session, signInHalfWay } = setup();
    await signInHalfWay();
    expect(session.state).toEqual({ is: 'half-way', enrolment: false, factors: ['totp'] });
    session.signedIn({ id: 'ann' } as Account);
    expect(session.state).toMatchObject({ is: 'signed in', account: { id: 'ann' } });
  });

  it('follows a registration where it is asked of who comes first', async () => {
    const { session, reply } = setup();
    const registering = session.register({ email: 'ann@example.org', password: 'secret' });
    await reply('POST /auth/register', json(202, { second_factors: [], enrolment_needed: true }));
    await registering;
    expect(session.state).toEqual({ is: 'half-way', enrolment: true, factors: [] });
  });

  it('is left when it has run out, whatever was asked then', async () => {
    const body = { code: '123456' };
    const requests: Record<string, (auth: Api['auth']) => Promise<unknown>> = {
      '/auth/second-factor/totp': (auth) => auth.POST('/auth/second-factor/totp', { body }),
      '/auth/second-factor/passkey/options': (auth) => auth.POST('/auth/second-factor/passkey/options'),
      '/auth/second-factors/totp': (auth) => auth.POST('/auth/second-factors/totp'),
      '/auth/second-factors/totp/confirm': (auth) => auth.POST('/auth/second-factors/totp/confirm', { body }),
      '/auth/passkeys/options': (auth) => auth.POST('/auth/passkeys/options'),
    };
    for (const [path, ask] of Object.entries(requests)) {
      const { session, reply, signInHalfWay } = setup();
      await signInHalfWay();
      const asking = ask(session.api.auth);
      await reply(`POST ${path}`, refused());
      await asking;
      await reply('GET /auth/registration', closed());
      await expect.poll(() => session.state).toEqual({ is: 'signed out', mode: 'closed', ended: 'sign-in' });
    }
  });

  it('stays while something else is wrong, such as the code', async () => {
    const { session, reply, signInHalfWay, giveCode } = setup();
    await signInHalfWay();
    const asking = giveCode();
    await reply('POST /auth/second-factor/totp', json(403, { code: 'code_wrong' }));
    await asking;
    expect(session.state).toMatchObject({ is: 'half-way' });
  });

  it('does not take with it the one that follows', async () => {
    const { session, count, reply, signIn, signInHalfWay, giveCode } = setup();
    await signInHalfWay();
    const asking = giveCode();
    await signIn('ann');
    await reply('POST /auth/second-factor/totp', refused());
    await asking;
    expect(count('GET /auth/registration')).toBe(0);
    expect(session.state).toMatchObject({ is: 'signed in', account: { id: 'ann' } });
  });

  it('can be given up, though it may have ended', async () => {
    for (const gone of [new Response(null, { status: 204 }), json(401, { code: 'sign_in_not_begun' })]) {
      const { session, reply, signInHalfWay } = setup();
      await signInHalfWay();
      const leaving = session.giveUpSignIn();
      await reply('DELETE /auth/pending-sign-in', gone);
      await reply('GET /auth/registration', closed());
      await leaving;
      expect(session.state).toEqual({ is: 'signed out', mode: 'closed' });
    }
  });
});

describe('signing out', () => {
  it('is no surprise to the person who asked for it', async () => {
    const { session, reply, signIn, askForKeys } = setup();
    await signIn('ann');
    const leaving = session.signOut();
    const asked = askForKeys();
    await reply('GET /auth/api-keys', refused());
    await asked;
    await reply('POST /auth/logout', new Response(null, { status: 204 }));
    await reply('GET /auth/registration', closed());
    await leaving;
    expect(session.state).toEqual({ is: 'signed out', mode: 'closed' });
  });

  it('goes well when the session was over already', async () => {
    const { session, reply, signIn } = setup();
    await signIn('ann');
    const leaving = session.signOut();
    await reply('POST /auth/logout', refused());
    await reply('GET /auth/registration', closed());
    await leaving;
    expect(session.state).toEqual({ is: 'signed out', mode: 'closed' });
  });

  it('says when it failed, and can be asked for again', async () => {
    const { session, count, reply, signIn } = setup();
    await signIn('ann');
    const leaving = session.signOut();
    await reply('POST /auth/logout', json(503, {}));
    await expect(leaving).rejects.toMatchObject({ status: 503 });
    expect(session.state).toMatchObject({ is: 'signed in' });
    void session.signOut();
    await expect.poll(() => count('POST /auth/logout')).toBe(1);
  });
});

describe('an account that changes', () => {
  it('is what the session has from then on, with a new token', async () => {
    const { session, count, reply, signIn } = setup();
    await signIn('ann');
    const askForMetrics = () => void session.api.ingest.GET('/api/v1/metrics').catch(() => {});
    askForMetrics();
    await reply('POST /auth/token', json(200, { access_token: 'old', expires_in: 600 }));
    await reply('GET /api/v1/metrics', json(200, { items: [] }));
    const refreshing = session.refresh();
    await reply('GET /auth/account', json(200, { id: 'ann', email: 'new@example.org', time_zone: 'UTC' }));
    await refreshing;
    expect(session.state).toMatchObject({ is: 'signed in', account: { email: 'new@example.org' } });
    askForMetrics();
    await expect.poll(() => count('POST /auth/token')).toBe(1);
  });

  it('is not put in the place of another one', async () => {
    const { session, reply, signIn } = setup();
    await signIn('ann');
    const refreshing = session.refresh();
    await reply('GET /auth/account', account('ben'));
    await refreshing;
    expect(session.state).toMatchObject({ account: { id: 'ann' } });
  });
});

describe('giving an account up', () => {
  it('ends the session and keeps the day of its end', async () => {
    const { session, reply, signIn } = setup();
    await signIn('ann');
    const deleting = session.deleteAccount('secret');
    await reply('DELETE /auth/account', json(200, { erase_after: '2026-11-28T10:00:00Z' }));
    await reply('GET /auth/registration', closed());
    await deleting;
    const left = { is: 'signed out', mode: 'closed', erasure: '2026-11-28T10:00:00Z' };
    expect(session.state).toEqual(left);
  });

  it('leaves everything as it is when the password is wrong', async () => {
    const { session, count, reply, signIn } = setup();
    await signIn('ann');
    const deleting = session.deleteAccount('guess');
    await reply('DELETE /auth/account', json(403, { code: 'password_wrong' }));
    await expect(deleting).rejects.toMatchObject({ message: 'The password is wrong.' });
    expect(session.state).toMatchObject({ is: 'signed in' });
    expect(count('GET /auth/registration')).toBe(0);
  });
});

describe('restart', () => {
  it('finds a session over that the person has ended by a link, and says nothing of it', async () => {
    const { session, count, reply, signIn } = setup();
    await signIn('ann');
    const restarting = session.restart();
    await reply('GET /auth/account', refused());
    await reply('GET /auth/pending-sign-in', refused());
    await reply('GET /auth/registration', closed());
    await restarting;
    expect(session.state).toEqual({ is: 'signed out', mode: 'closed' });
    expect(count('GET /auth/registration')).toBe(0);
  });

  it('finds a sign-in that waits for its second factor, such as after a provider', async () => {
    const { session, reply } = setup();
    const starting = session.start();
    await reply('GET /auth/account', refused());
    await reply(
      'GET /auth/pending-sign-in',
      json(200, { second_factors: ['passkey'], enrolment_needed: false }),
    );
    await starting;
    expect(session.state).toEqual({ is: 'half-way', enrolment: false, factors: ['passkey'] });
  });
});

describe('changedHands', () => {
  it('tells whether another account is signed in by now', async () => {
    const { session, reply, signIn } = setup();
    expect(await session.changedHands()).toBe(false);
    await signIn('ann');
    for (const [id, changed] of [
      ['ann', false],
      ['ben', true],
    ] as const) {
      const asking = session.changedHands();
      await reply('GET /auth/account', account(id));
      expect(await asking).toBe(changed);
    }
  });
});
