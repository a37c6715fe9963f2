import { describe, expect, it, vi } from 'vitest';
import { Failure, answer, refusal, toFailure } from './failure';

const outcome = (status: number, error?: unknown, data?: unknown) =>
  Promise.resolve({ data, error, response: new Response(null, { status }) });

const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe('answer', () => {
  it('hands out the body of a success', async () => {
    expect(await answer(outcome(200, undefined, { items: [] }))).toEqual({ items: [] });
  });

  it('says a known problem in its own words and keeps the request id', async () => {
    const problem = { code: 'email_taken', detail: 'unique constraint', request_id: 'r-1' };
    const failure = (await thrownBy(answer(outcome(409, problem)))) as Failure;
    expect(failure.message).toBe('There is an account with this e-mail address already.');
    expect(failure).toMatchObject({
      status: 409,
      code: 'email_taken',
      requestId: 'r-1',
      offline: false,
      passing: false,
    });
  });

  it('prefers the reasons of single fields to the general detail', async () => {
    const problem = { code: 'invalid', detail: 'invalid body', errors: [{ detail: 'the name is empty' }] };
    expect(await thrownBy(answer(outcome(422, problem)))).toMatchObject({ message: 'The name is empty.' });
  });

  it('copes with an answer that is no problem document', async () => {
    expect(await thrownBy(answer(outcome(502, '<html>')))).toMatchObject({
      message: 'The server has a problem.',
    });
    expect(await thrownBy(answer(outcome(418)))).toMatchObject({
      message: 'The server refused the request (418).',
    });
  });

  it('believes no part of a problem document in which a part is of another type', async () => {
    for (const part of [
      { detail: 7 },
      { errors: 'many' },
      { errors: [null] },
      { errors: [{ detail: {} }] },
    ]) {
      expect(await thrownBy(answer(outcome(503, { title: 'Down', ...part })))).toMatchObject({
        message: 'The server has a problem.',
      });
    }
  });
});

describe('refusal', () => {
  it('tells in its own words why a provider signed nobody in, and nothing that an address says', () => {
    expect(refusal('provider_declined').message).toBe(
      'You were not signed in there, so you are not signed in here either.',
    );
    for (const code of ['Call 555-0100', 'constructor', '__proto__']) {
      expect(refusal(code).message).toBe('That did not work; try it again.');
    }
  });
});

describe('toFailure', () => {
  it('owns up to a fault of the page', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const fault = new TypeError('undefined is not a function');
    expect(toFailure(fault)).toMatchObject({
      offline: false,
      passing: true,
      message: 'Something went wrong on this page.',
    });
    expect(told).toHaveBeenCalledWith(fault);
  });

  it('keeps a failure as it is', () => {
    const failure = new Failure(404);
    expect(toFailure(failure)).toBe(failure);
  });
});
