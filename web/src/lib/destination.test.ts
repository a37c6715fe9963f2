import { describe, expect, it } from 'vitest';
import { destinationWords, parseDestination } from './destination';

describe('destinationWords', () => {
  it('names another host, and says of the own one that an application leads on from it', () => {
    const words = (rd: string) => destinationWords(parseDestination(rd)!, 'numbers.example');
    expect(words('https://tool.example.org/')).toBe('tool.example.org');
    expect(words('https://numbers.example/auth/oauth2/authorize?a=b')).toBe('the application that sent you');
  });
});

describe('parseDestination', () => {
  it('names the host and asks the server for the way', () => {
    expect(parseDestination('https://tool.example.org:8443/charts?a=b&c=d#e')).toEqual({
      host: 'tool.example.org:8443',
      path: '/auth/return?to=https%3A%2F%2Ftool.example.org%3A8443%2Fcharts%3Fa%3Db%26c%3Dd%23e',
    });
  });

  it('names the host that a browser would ask, however the address is dressed', () => {
    for (const rd of ['https://tool.example.org@evil.example', 'https://evil.example\\@tool.example.org']) {
      expect(parseDestination(rd)?.host, rd).toBe('evil.example');
    }
  });

  it('never leads out of this server by itself', () => {
    for (const rd of ['https://evil.example', 'https:evil.example', 'https://x/?to=//evil.example']) {
      const path = parseDestination(rd)?.path ?? '';
      expect(new URL(path, 'https://server').origin, rd).toBe('https://server');
      expect(path, rd).toMatch(/^\/auth\/return\?to=https%3A%2F%2F/);
    }
  });

  it('knows no other scheme, no path and nothing broken', () => {
    const others = [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://tool',
      '//evil.example',
      '/keys',
      'https://',
    ];
    for (const rd of [...others, '', null]) {
      expect(parseDestination(rd), String(rd)).toBeUndefined();
    }
  });
});
