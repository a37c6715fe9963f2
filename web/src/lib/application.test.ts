import { describe, expect, it } from 'vitest';
import { parameters, parseAddresses, scopeTexts } from './application';
import { parseRoute } from './route';

describe('scopeTexts', () => {
  it('says what is asked for, and names what it does not know', () => {
    expect(scopeTexts(['openid', 'email', 'shoe_size'])).toEqual([
      'a number that stands for you',
      'your e-mail address',
      'shoe_size',
    ]);
  });
});

describe('parameters', () => {
  it('hands on what an application sent, as it is', () => {
    const query = new URLSearchParams(
      'client_id=a&state=%26%3D%20b&redirect_uri=https%3A%2F%2Fapp.example%2F',
    );
    expect(parameters(query)).toEqual({
      client_id: 'a',
      state: '&= b',
      redirect_uri: 'https://app.example/',
    });
  });

  it('belongs to the pages that applications send people to', () => {
    const at = (path: string) => parseRoute(new URL(path, 'http://server'));
    expect(at('/consent?client_id=a')).toEqual({ page: 'consent', request: { client_id: 'a' } });
    expect(at('/sign-out?state=b')).toEqual({ page: 'sign-out', request: { state: 'b' } });
    expect(at('/sign-in?rd=https%3A%2F%2Fx%2F&again=true')).toMatchObject({ page: 'sign-in', again: true });
  });
});

describe('parseAddresses', () => {
  it('takes one a line and no empty ones', () => {
    expect(parseAddresses(' https://a.example/ \n\nhttp://localhost/b')).toEqual([
      'https://a.example/',
      'http://localhost/b',
    ]);
  });
});
