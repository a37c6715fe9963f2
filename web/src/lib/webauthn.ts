// Asking the browser for a passkey (WebAuthn Level 3), also one that cannot read JSON yet.

import { Failure, isAbort } from '../api/failure';

/** What the server tells a browser to ask for, and what the browser answers. */
type Json = Record<string, unknown>;

/** Why there are no passkeys here, in a sentence; nothing when there are. */
export function passkeyObstacle(): string | undefined {
  if (!globalThis.isSecureContext) {
    return 'Passkeys need an address that begins with https, which this one does not.';
  }
  return 'PublicKeyCredential' in globalThis ? undefined : 'This browser has no passkeys.';
}

/** Whether the browser offers passkeys among what it fills in. */
export async function canAutofillPasskeys(): Promise<boolean> {
  return !passkeyObstacle() && !!(await PublicKeyCredential.isConditionalMediationAvailable?.());
}

/** Has a device make a passkey; throws a `Failure`. */
export function makePasskey(options: Json): Promise<Json> {
  const parse = PublicKeyCredential.parseCreationOptionsFromJSON ?? parseCreationOptions;
  const publicKey = parse.call(PublicKeyCredential, options as never) as PublicKeyCredentialCreationOptions;
  return ask(() => navigator.credentials.create({ publicKey }));
}

/** Has a device sign with a passkey; throws a `Failure`. With `autofill` the browser waits until the person picks one. */
export function signWithPasskey(options: Json, autofill?: AbortSignal): Promise<Json> {
  const parse = PublicKeyCredential.parseRequestOptionsFromJSON ?? parseRequestOptions;
  const publicKey = parse.call(PublicKeyCredential, options as never) as PublicKeyCredentialRequestOptions;
  const waiting = autofill && ({ mediation: 'conditional', signal: autofill } as const);
  return ask(() => navigator.credentials.get({ publicKey, ...waiting }));
}

async function ask(device: () => Promise<Credential | null>): Promise<Json> {
  try {
    const credential = (await device()) as PublicKeyCredential;
    return toJson(credential);
  } catch (thrown) {
    const code = codeOf(thrown);
    throw isAbort(thrown) ? thrown : new Failure('device', code ? { code } : {});
  }
}

/** What went wrong, by the name of the exception (WebAuthn §5.1.3 and §5.1.4). */
function codeOf(thrown: unknown): string | undefined {
  const name = thrown instanceof DOMException ? thrown.name : '';
  const codes: Record<string, string> = {
    NotAllowedError: 'passkey_called_off',
    InvalidStateError: 'passkey_known',
  };
  return codes[name];
}

/** `toJSON` by hand where the browser, or a password manager in its place, has none. */
export function toJson(credential: PublicKeyCredential): Json {
  if (typeof credential.toJSON === 'function') {
    return credential.toJSON() as unknown as Json;
  }
  const { id, type, rawId, response, authenticatorAttachment } = credential;
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const held = response as unknown as Record<string, ArrayBuffer | null | undefined>;
  const found = parts.flatMap((part) => (held[part] ? [[part, encode(held[part])]] : []));
  const transports = (response as AuthenticatorAttestationResponse).getTransports?.();
  return {
    id,
    type,
    rawId: encode(rawId),
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...Object.fromEntries(found), ...(transports && { transports }) },
  };
}

interface Descriptor {
  id: string;
}

/** `parseCreationOptionsFromJSON` by hand. */
export function parseCreationOptions(options: Json): unknown {
  const user = options['user'] as Descriptor;
  return {
    ...options,
    challenge: decode(options['challenge'] as string),
    user: { ...user, id: decode(user.id) },
    excludeCredentials: descriptors(options['excludeCredentials']),
  };
}

/** `parseRequestOptionsFromJSON` by hand. */
export function parseRequestOptions(options: Json): unknown {
  return {
    ...options,
    challenge: decode(options['challenge'] as string),
    allowCredentials: descriptors(options['allowCredentials']),
  };
}

function descriptors(list: unknown): unknown[] {
  return ((list ?? []) as Descriptor[]).map((one) => ({ ...one, id: decode(one.id) }));
}

/** Base64url without padding, as WebAuthn writes bytes. */
function decode(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function encode(buffer: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
