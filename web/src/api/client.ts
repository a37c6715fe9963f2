// The three services as typed clients. A 401 ends here: one new token is tried, then the session counts as over.

import createClient, { type Client } from 'openapi-fetch';
import type { paths as AuthPaths } from './auth';
import { answer, Failure, isAbort } from './failure';
import type { paths as IngestPaths } from './ingest';
import type { paths as QueryPaths } from './query';
import { TokenKeeper } from './token';

type Send = (request: Request) => Promise<Response>;

/** The services, and the token that the last two are asked with. */
export interface Api {
  auth: Client<AuthPaths>;
  ingest: Client<IngestPaths>;
  query: Client<QueryPaths>;
  token: TokenKeeper;
}

/** What an `Api` is made of; tests give their own server. */
export interface ApiOptions {
  baseUrl?: string;
  send?: Send;
  /** Called before each request. What it answers is called when the server knows the session of that request no more. */
  watch: () => () => void;
}

/** The clients of one server. */
export function createApi({ baseUrl = '', send = (request) => fetch(request), watch }: ApiOptions): Api {
  const reach = reaching(send);
  const auth = createClient<AuthPaths>({ baseUrl, fetch: withSession(reach, watch) });
  const token = new TokenKeeper(() => answer(auth.POST('/auth/token')));
  const fetchWithToken = withToken(reach, token, watch);
  return {
    auth,
    ingest: createClient<IngestPaths>({ baseUrl, fetch: fetchWithToken }),
    query: createClient<QueryPaths>({ baseUrl, fetch: fetchWithToken }),
    token,
  };
}

/** Tells a server that did not answer from every other fault. */
function reaching(send: Send): Send {
  return async (request) => {
    try {
      return await send(request);
    } catch (thrown) {
      throw isAbort(thrown) ? thrown : new Failure('unreached');
    }
  };
}

/** Requests with the session cookie. Only here a 401 may mean something else: a wrong password. */
function withSession(send: Send, watch: ApiOptions['watch']): Send {
  return async (request) => {
    const end = watch();
    const response = await send(request);
    if (response.status === 401 && !request.url.endsWith('/auth/login')) {
      end();
    }
    return response;
  };
}

/** Requests with the access token. */
function withToken(send: Send, token: TokenKeeper, watch: ApiOptions['watch']): Send {
  return async (request) => {
    const end = watch();
    // A body can be sent only once, so the second attempt needs a copy made before the first.
    const second = request.clone();
    const first = await token.get();
    const response = await send(bearing(request, first));
    if (response.status !== 401) {
      return response;
    }
    const retried = await send(bearing(second, await token.renew(first)));
    if (retried.status === 401) {
      end();
    }
    return retried;
  };
}

function bearing(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}
