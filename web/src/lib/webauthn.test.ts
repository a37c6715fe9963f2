import { describe, expect, it } from 'vitest';
import { parseCreationOptions, parseRequestOptions, toJson } from './webauthn';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('a browser that cannot read JSON', () => {
  it('is told bytes where the server wrote text', () => {
    const options = parseCreationOptions({
      challenge: '-_8',
      user: { id: 'AQI', name: 'ada' },
      excludeCredentials: [{ type: 'public-key', id: 'Aw' }],
      timeout: 1,
    });
    expect(options).toEqual({
      challenge: bytes(0xfb, 0xff),
      user: { id: bytes(1, 2), name: 'ada' },
      excludeCredentials: [{ type: 'public-key', id: bytes(3) }],
      timeout: 1,
    });
  });

  it('is asked for any passkey where none is named', () => {
    const options = parseRequestOptions({ challenge: 'AQ', rpId: 'example.org' });
    expect(options).toEqual({ challenge: bytes(1), rpId: 'example.org', allowCredentials: [] });
  });

  it('has its answer written as JSON', () => {
    const credential = {
      id: 'AQ',
      type: 'public-key',
      rawId: bytes(1).buffer,
      authenticatorAttachment: null,
      getClientExtensionResults: () => ({}),
      response: {
        clientDataJSON: bytes(0xfb, 0xff).buffer,
        authenticatorData: bytes(2).buffer,
        signature: bytes(3).buffer,
        userHandle: null,
      },
    };
    expect(toJson(credential as unknown as PublicKeyCredential)).toEqual({
      id: 'AQ',
      type: 'public-key',
      rawId: 'AQ',
      clientExtensionResults: {},
      response: { clientDataJSON: '-_8', authenticatorData: 'Ag', signature: 'Aw' },
    });
  });
});
