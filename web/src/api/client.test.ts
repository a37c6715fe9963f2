import { describe, expect, it } from 'vitest';
import { createApi } from './client';
import { answer } from './failure';

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

/** A server that numbers its tokens and takes those in `good`; `session` is whether the cookie is known. */
function setup({ good, session = true }: { good: string[]; session?: boolean }) {
  const seen: string[] = [];
  const ended: true[] = [];
  let issued = 0;
  const send = async (request: Request) => {
    const path = new URL(request.url).pathname;
    const authorization = request.headers.get('Authorization');
    seen.push(authorization ? `${path} ${authorization}` : path);
    if (path === '/auth/login') return json(401, { code: 'credentials_invalid' });
    if (path.startsWith('/auth/')) {
      return session
        ? json(200, { access_token: `t${++issued}`, token_type: 'Bearer', expires_in: 600, scope: '' })
        : json(401, { code: 'session_missing' });
    }
    return good.some((token) => authorization === `Bearer ${token}`)
      ? json(200, { items: [] })
      : json(401, { code: 'token_invalid', request_id: 'r-9' });
  };
  const api = createApi({ baseUrl: 'http://server', send, watch: () => () => void ended.push(true) });
  return { api, seen, ended };
}

describe('createApi', () => {
  it('asks for a token first and then uses it', async () => {
    const { api, seen } = setup({ good: ['t1'] });
    await answer(api.ingest.GET('/api/v1/metrics'));
    await answer(api.ingest.GET('/api/v1/metrics'));
    expect(seen).toEqual(['/auth/token', '/api/v1/metrics Bearer t1', '/api/v1/metrics Bearer t1']);
  });

  it('tries one new token on a 401', async () => {
    const { api, seen, ended } = setup({ good: ['t2'] });
    expect(await answer(api.ingest.GET('/api/v1/metrics'))).toEqual({ items: [] });
    expect(seen.slice(1)).toEqual(['/api/v1/metrics Bearer t1', '/auth/token', '/api/v1/metrics Bearer t2']);
    expect(ended).toEqual([]);
  });

  it('ends the session when the new token is refused too', async () => {
    const { api, ended } = setup({ good: [] });
    await expect(answer(api.ingest.GET('/api/v1/metrics'))).rejects.toMatchObject({ requestId: 'r-9' });
    expect(ended).toEqual([true]);
  });

  it('ends the session when the cookie is known no more', async () => {
    const { api, ended } = setup({ good: [], session: false });
    await expect(answer(api.ingest.GET('/api/v1/metrics'))).rejects.toMatchObject({
      code: 'session_missing',
    });
    expect(ended).toEqual([true]);
  });

  it('does not take a wrong password for the end of a session', async () => {
    const { api, ended } = setup({ good: [] });
    const body = { email: 'a@example.org', password: 'wrong' };
    await expect(answer(api.auth.POST('/auth/login', { body }))).rejects.toMatchObject({ status: 401 });
    expect(ended).toEqual([]);
  });

  it('takes only a request that was not answered for a server out of reach', async () => {
    const failing = (fault: unknown) =>
      createApi({ baseUrl: 'http://server', send: () => Promise.reject(fault), watch: () => () => {} });
    const ask = (fault: unknown) => answer(failing(fault).auth.GET('/auth/account'));
    await expect(ask(new TypeError('Failed to fetch'))).rejects.toMatchObject({
      offline: true,
      passing: true,
      message: 'The server cannot be reached.',
    });
    const abort = new DOMException('gone', 'AbortError');
    await expect(ask(abort)).rejects.toBe(abort);
  });

  it('repeats a list in the query', async () => {
    const searches: string[] = [];
    const send = async (request: Request) => {
      searches.push(decodeURIComponent(new URL(request.url).search));
      return json(200, { access_token: 't', token_type: 'Bearer', expires_in: 600, scope: '' });
    };
    const api = createApi({ baseUrl: 'http://server', send, watch: () => () => {} });
    await api.query.GET('/api/v1/series', { params: { query: { label: ['a=1', 'b=2'] } } });
    expect(searches).toEqual(['', '?label=a=1&label=b=2']);
  });
});
