import { describe, expect, it } from 'vitest';
import { Failure } from '../api/failure';
import { GuardedAction, type Proof } from './guarded-action.svelte';

/** An action of a server that wants a proof for `work`, and takes the password "right". */
function setup(wanted: Proof = 'password') {
  let proved = false;
  let done = 0;
  const action = new GuardedAction(
    async (word, proof) => {
      if (word !== 'right' || proof !== wanted) throw new Failure(401, { code: 'credentials_invalid' });
      proved = true;
    },
    async () => [wanted],
  );
  const work = async () => {
    if (!proved) throw new Failure(403, { code: 'reauthentication_needed' });
    done += 1;
  };
  return { action, work, done: () => done };
}

describe('an action that needs a proof', () => {
  it('asks for the password and is then tried again', async () => {
    const { action, work, done } = setup();
    const running = action.run(work);
    await expect.poll(() => action.asking).toBe(true);
    expect(action).toMatchObject({ busy: true, failure: undefined });
    await action.prove('right');
    expect(await running).toBe(true);
    expect(action).toMatchObject({ busy: false, asking: false });
    expect(done()).toBe(1);
  });

  it('asks for a code where there is a second factor', async () => {
    const { action, work, done } = setup('totp');
    const running = action.run(work);
    await expect.poll(() => action.asking).toBe(true);
    expect(action.wanted).toBe('totp');
    await action.prove('right');
    expect(await running).toBe(true);
    expect(done()).toBe(1);
  });

  it('asks at once where it is to', async () => {
    const { action } = setup();
    const demanded = action.demand();
    await expect.poll(() => action.asking).toBe(true);
    await action.prove('right');
    expect(await demanded).toBe(true);
  });

  it('does not ask without an end when it cannot find out for what', async () => {
    const action = new GuardedAction(undefined, () => Promise.reject(new Failure('unreached')));
    const refused = () => Promise.reject(new Failure(403, { code: 'second_factor_needed' }));
    expect(await action.run(refused)).toBe(false);
    expect(action).toMatchObject({ asking: false, failure: { status: 'unreached' } });
  });

  it('does not ask for a second factor that there is not', async () => {
    const { action } = setup('password');
    const refused = () => Promise.reject(new Failure(403, { code: 'second_factor_needed' }));
    expect(await action.run(refused)).toBe(false);
    expect(action).toMatchObject({ asking: false, failure: { code: 'second_factor_needed' } });
  });

  it('goes on asking after a wrong password', async () => {
    const { action, work, done } = setup();
    void action.run(work);
    await expect.poll(() => action.asking).toBe(true);
    await action.prove('wrong');
    expect(action).toMatchObject({ asking: true, proving: { failure: { code: 'credentials_invalid' } } });
    expect(done()).toBe(0);
  });

  it('is left be when the person thinks better of it', async () => {
    const { action, work, done } = setup();
    const running = action.run(work);
    await expect.poll(() => action.asking).toBe(true);
    await action.prove('wrong');
    action.giveUp();
    expect(await running).toBe(false);
    expect(action).toMatchObject({ busy: false, asking: false, failure: undefined });
    expect(action.proving.failure).toBeUndefined();
    expect(done()).toBe(0);
  });

  it('says whatever else is wrong, before and after the proof', async () => {
    const { action } = setup();
    expect(await action.run(() => Promise.reject(new Failure(403)))).toBe(false);
    expect(action).toMatchObject({ asking: false, failure: { status: 403 } });
    const answers = [new Failure(403, { code: 'reauthentication_needed' }), new Failure(409)];
    const running = action.run(() => Promise.reject(answers.shift()));
    await expect.poll(() => action.asking).toBe(true);
    await action.prove('right');
    expect(await running).toBe(false);
    expect(action.failure?.status).toBe(409);
  });
});
