import { describe, expect, it } from 'vitest';
import { ADMINISTRATION_PARTS } from './administration';
import { administrationPath, invitationLink, metricPath, parseRoute } from './route';

const at = (path: string) => parseRoute(new URL(path, 'http://server'));

describe('parseRoute', () => {
  it('knows the pages', () => {
    expect(at('/')).toEqual({ page: 'metrics' });
    expect(at('/keys')).toEqual({ page: 'keys' });
    expect(at('/register?invitation=inv_1')).toEqual({ page: 'register', invitation: 'inv_1' });
    expect(at('/register')).toEqual({ page: 'register', invitation: undefined });
    expect(at('/sign-in')).toEqual({ page: 'sign-in', destination: undefined, error: undefined });
    expect(at('/second-factor')).toEqual({ page: 'second-factor', destination: undefined });
    expect(at('/forgot-password')).toEqual({ page: 'forgot-password' });
    expect(at('/account')).toEqual({ page: 'account', error: undefined });
  });

  it('reads the secrets of links from the fragment, which no server sees', () => {
    for (const page of ['reset-password', 'verify-email', 'change-email']) {
      expect(at(`/${page}#token=a-b_c`)).toEqual({ page, token: 'a-b_c' });
      expect(at(`/${page}?token=seen`), 'a query is seen').toEqual({ page, token: undefined });
    }
    expect(at('/register#invitation=inv_2')).toEqual({ page: 'register', invitation: 'inv_2' });
  });

  it('reads where a person was going', () => {
    expect(at('/sign-in?rd=https%3A%2F%2Ftool.example.org%2F%3Fa%3Db')).toMatchObject({
      page: 'sign-in',
      destination: { host: 'tool.example.org' },
    });
    expect(at('/forbidden?rd=https%3A%2F%2Ftool.example.org%2F')).toMatchObject({
      page: 'forbidden',
      destination: { host: 'tool.example.org' },
    });
    expect(at('/sign-in?rd=javascript:alert(1)')).toMatchObject({ destination: undefined });
  });

  it('reads why a provider signed nobody in', () => {
    expect(at('/sign-in?error=provider_declined')).toMatchObject({
      page: 'sign-in',
      error: 'provider_declined',
    });
    expect(at('/account?error=identity_taken')).toEqual({ page: 'account', error: 'identity_taken' });
  });

  it('reads the view of a metric', () => {
    expect(at('/metric?name=load&range=7d&aggregate=max&group_by=host')).toEqual({
      page: 'metric',
      name: 'load',
      range: '7d',
      aggregate: 'max',
      groupBy: 'host',
    });
  });

  it('ignores what it does not know in a query', () => {
    expect(at('/metric?name=load&range=forever&aggregate=median')).toMatchObject({
      range: '30d',
      aggregate: undefined,
    });
  });

  it('knows nothing else', () => {
    for (const path of [
      '/nothing',
      '/keys/1',
      '/administration/accounts',
      '/administration/x',
      '/metric',
      '/metric?name=',
      '/metric/load',
    ]) {
      expect(at(path), path).toEqual({ page: 'unknown' });
    }
  });
});

describe('metricPath', () => {
  it('leaves out the defaults', () => {
    expect(metricPath({ name: 'load', range: '30d' })).toBe('/metric?name=load');
    expect(metricPath({ name: 'load', range: '1y', aggregate: 'sum' })).toBe(
      '/metric?name=load&range=1y&aggregate=sum',
    );
  });

  it('comes back as the same view for any name', () => {
    for (const name of ['.', '..', '°C', 'a/b', '100 %', 'a+b', 'what?#', 'x&range=7d']) {
      const view = { name, range: '24h', aggregate: 'min', groupBy: 'room & floor' } as const;
      expect(at(metricPath(view)), name).toEqual({ page: 'metric', ...view });
    }
  });
});

describe('administrationPath', () => {
  it('comes back as the same part', () => {
    for (const part of ADMINISTRATION_PARTS) {
      expect(at(administrationPath(part))).toEqual({ page: 'administration', part, account: undefined });
    }
    expect(at(administrationPath('activity', 'a-1'))).toMatchObject({ part: 'activity', account: 'a-1' });
  });
});

describe('invitationLink', () => {
  it('comes back as the same invitation', () => {
    const url = new URL(invitationLink('https://numbers.example.org', 'a+b/c='));
    expect(url.search).toBe('');
    expect(parseRoute(url)).toEqual({ page: 'register', invitation: 'a+b/c=' });
  });
});
