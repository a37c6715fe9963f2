// Why a request had no useful answer, in words for a person.

/** An RFC 9457 problem, as every Tallykeep service answers it. Anything may be missing: a proxy may have answered. */
export interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: { detail: string }[];
}

/** A request that failed: refused by the server (`status` is its answer) or lost on the way (`status` 0). */
export class Failure extends Error {
  readonly status: number;
  readonly code: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, problem: Problem = {}) {
    super(words(status, problem));
    this.status = status;
    this.code = problem.code;
    this.requestId = problem.request_id;
  }

  /** Nothing answered: no network, or the server is away. */
  get offline(): boolean {
    return this.status === 0;
  }

  /** Whether the same request may go well later. */
  get passing(): boolean {
    return this.offline || this.status === 429 || this.status >= 500;
  }
}

/** The failure behind anything thrown by a request. */
export function toFailure(thrown: unknown): Failure {
  return thrown instanceof Failure ? thrown : new Failure(0);
}

/** Whether a request was given up on purpose, because its answer is not wanted any more. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}

/** What `openapi-fetch` answers, as far as this file looks at it. */
interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; anything else is thrown as a `Failure`, or as the abort it was. */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call.catch((thrown: unknown) => {
    throw isAbort(thrown) ? thrown : toFailure(thrown);
  });
  if (!response.ok) {
    throw new Failure(response.status, isProblem(error) ? error : {});
  }
  return data as T;
}

const WORDS: Record<string, string> = {
  credentials_invalid: 'The e-mail address or the password is wrong.',
  email_taken: 'There is an account with this e-mail address already.',
  registration_closed: 'This server does not take new accounts.',
  invitation_invalid: 'This invitation is not valid, or not any more. Ask for a new one.',
  metric_not_found: 'There is no metric of this name.',
};

function words(status: number, problem: Problem): string {
  if (status === 0) {
    return 'The server cannot be reached.';
  }
  const known = problem.code && WORDS[problem.code];
  const reasons = problem.errors?.map(({ detail }) => sentence(detail)).join(' ');
  return known || reasons || sentence(problem.detail ?? problem.title ?? '') || byStatus(status);
}

function byStatus(status: number): string {
  if (status === 429) {
    return 'Too many requests. Wait a moment and try again.';
  }
  return status >= 500 ? 'The server has a problem.' : `The server refused the request (${status}).`;
}

/** The services write their details as parts of a sentence. */
function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return text === '' || /[.!?]$/.test(text) ? start : `${start}.`;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null;
}
