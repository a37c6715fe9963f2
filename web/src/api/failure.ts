// Why a request had no useful answer, in words for a person.

/** An RFC 9457 problem, as every Tallykeep service answers it. Anything may be missing: a proxy may have answered. */
export interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: { detail: string }[];
}

/** The status of an answer, or why there is none: nothing answered, the device refused, or the fault is in this page. */
type Status = number | 'unreached' | 'device' | 'fault';

/** Something that a person asked for and that failed. */
export class Failure extends Error {
  readonly status: Status;
  readonly code: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: Status, problem: Problem = {}) {
    super(words(status, problem));
    this.status = status;
    this.code = problem.code;
    this.requestId = problem.request_id;
  }

  /** Nothing answered: no network, or the server is away. */
  get offline(): boolean {
    return this.status === 'unreached';
  }

  /** Whether the same request may go well later. */
  get passing(): boolean {
    return typeof this.status !== 'number' || this.status === 429 || this.status >= 500;
  }
}

/** Why a sign-in, or the way to a provider and back, led nowhere, by the name that the server has for it. */
export function refusal(code: string): Failure {
  return new Failure(403, { code, detail: 'that did not work; try it again' });
}

/** The failure behind anything thrown. What is none yet is a fault of this page, whose details are in the console. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return thrown;
  }
  console.error(thrown);
  return new Failure('fault');
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

/** The body of a successful answer; any other is thrown as a `Failure`. */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
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
  password_wrong: 'The password is wrong.',
  session_missing: 'This took too long, or was ended elsewhere. Sign in again.',
  code_wrong: 'The code is wrong, or was used already.',
  sign_in_not_begun: 'This took too long. Begin anew, with your password.',
  second_factor_needed: 'This needs a second factor. You find it under “Your account”.',
  password_changed: 'Your password was changed just now, somewhere else. Sign in again.',
  link_invalid:
    'This link works no more: it was used, it has ended, or there is a newer one. Ask for another.',
  mail_missing: 'This server sends no e-mail.',
  provider_declined: 'You were not signed in there, so you are not signed in here either.',
  provider_did_not_ask:
    'The provider does not say that it has just asked who is there. Sign out and in again, or set a password.',
  provider_unavailable: 'The provider cannot be reached just now. Try again in a moment.',
  provider_disbelieved: 'The provider gave an answer that this server cannot trust. Tell its administrator.',
  provider_mistaken: 'Another provider answered than the one that was asked. Start again.',
  provider_not_found: 'This server does not know that provider.',
  departure_expired: 'That took too long, or was begun in another window. Start again.',
  email_unproven_there:
    'The provider does not say that your e-mail address is yours. Sign in with your password, and link the provider on the page of your account.',
  email_unproven_here:
    'There is an account with your e-mail address, which has not been confirmed. Sign in with its password, and link the provider on the page of your account.',
  identity_differs:
    'The account with your e-mail address is linked to somebody else at this provider. Sign in with its password.',
  identity_taken: 'Another account is linked to that already.',
  identity_not_linked: 'You are somebody else at the provider than in this account.',
  sign_in_refused: 'This account is not let in. Ask the administrator of this server.',
  invitation_missing: 'This server takes new accounts by invitation. Ask its administrator for a link.',
  last_way_in: 'Nothing else signs in to your account. Set a password first.',
  rate_limited: 'Too many requests. Wait a moment and try again.',
  passkey_called_off: 'No passkey was given: it was called off, or took too long.',
  passkey_ceremony_ended: 'This took too long, or was begun elsewhere. Try again.',
  passkey_known: 'This device has a passkey for your account already.',
  passkey_refused: 'This passkey does not work here. It may have been removed, or be for another account.',
  passkeys_unavailable: 'This server has no passkeys, because its address is a number and no name.',
  expires_at_invalid: 'The end has to be in the future, and at most ten years away.',
  scopes_conflict: 'A key for some metrics only opens no tool. Leave out one of the two.',
  metric_not_found: 'There is no metric of this name.',
};

function words(status: Status, problem: Problem): string {
  if (status === 'unreached') {
    return 'The server cannot be reached.';
  }
  if (status === 'fault') {
    return 'Something went wrong on this page.';
  }
  // A code may come from an address that anybody wrote, and be what every object has.
  const known = problem.code && Object.hasOwn(WORDS, problem.code) && WORDS[problem.code];
  const reasons = problem.errors?.map(({ detail }) => sentence(detail)).join(' ');
  return known || reasons || sentence(problem.detail ?? problem.title ?? '') || byStatus(status);
}

function byStatus(status: number | 'device'): string {
  if (status === 'device') {
    return 'The device could not do it.';
  }
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
  return (
    isObject(body) &&
    ['title', 'detail', 'code', 'request_id'].every((name) => isMissingOr(isString, body[name])) &&
    isMissingOr(isListOfReasons, body['errors'])
  );
}

function isListOfReasons(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => isObject(item) && isString(item['detail']));
}

function isMissingOr(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || is(value);
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
