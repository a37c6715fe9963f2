import { describe, expect, it } from 'vitest';
import { TokenKeeper } from './token';

/** A keeper with a clock that the test moves, and a server that numbers its tokens. */
function setup() {
  const clock = { now: 1_000_000 };
  let issued = 0;
  const request = async () => ({
    access_token: `token-${++issued}`,
    token_type: 'Bearer' as const,
    expires_in: 600,
    scope: 'metrics:read',
  });
  return { clock, keeper: new TokenKeeper(request, () => clock.now), issued: () => issued };
}

describe('TokenKeeper', () => {
  it('asks once for any number of requests', async () => {
    const { keeper, issued } = setup();
    expect(await Promise.all([keeper.get(), keeper.get()])).toEqual(['token-1', 'token-1']);
    expect(await keeper.get()).toBe('token-1');
    expect(issued()).toBe(1);
  });

  it('renews a token shortly before it expires', async () => {
    const { keeper, clock } = setup();
    await keeper.get();
    clock.now += 569_000;
    expect(await keeper.get()).toBe('token-1');
    clock.now += 1_000;
    expect(await keeper.get()).toBe('token-2');
  });

  it('replaces a refused token once, not again for a request that used the old one', async () => {
    const { keeper, issued } = setup();
    const refused = await keeper.get();
    expect(await keeper.renew(refused)).toBe('token-2');
    expect(await keeper.renew(refused)).toBe('token-2');
    expect(issued()).toBe(2);
  });

  it('does not keep a token that arrives after it was told to forget', async () => {
    const { keeper } = setup();
    const late = keeper.get();
    keeper.forget();
    expect(await late).toBe('token-1');
    expect(await keeper.get()).toBe('token-2');
  });

  it('asks again after a failure', async () => {
    let calls = 0;
    const keeper = new TokenKeeper(async () => {
      calls += 1;
      if (calls === 1) throw new Error('away');
      return { access_token: 'late', token_type: 'Bearer', expires_in: 600, scope: '' };
    });
    await expect(keeper.get()).rejects.toThrow('away');
    expect(await keeper.get()).toBe('late');
  });
});
