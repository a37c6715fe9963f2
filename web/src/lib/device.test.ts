import { describe, expect, it } from 'vitest';
import { deviceWords } from './device';

describe('deviceWords', () => {
  it('tells browsers that claim to be each other apart', () => {
    const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
    for (const [userAgent, words] of [
      ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
      [
        `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/150.0.0.0 Safari/537.36`,
        'Chrome on Windows',
      ],
      [
        `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0`,
        'Edge on Windows',
      ],
      [
        `Mozilla/5.0 (Linux; Android 16; K) ${webkit} Chrome/150.0.0.0 Mobile Safari/537.36`,
        'Chrome on Android',
      ],
      [
        `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/150.0.0.0 Safari/537.36`,
        'Chrome on ChromeOS',
      ],
      [
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15',
        'Safari on macOS',
      ],
      [
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/150.0 Mobile/15E148 Safari/604.1',
        'Chrome on iPhone',
      ],
    ] as const) {
      expect(deviceWords(userAgent)).toBe(words);
    }
  });

  it('repeats what it does not know, and owns up to nothing', () => {
    expect(deviceWords('curl/8.14.1')).toBe('curl/8.14.1');
    expect(deviceWords('Firefox/1.0')).toBe('Firefox');
    expect(deviceWords(' ')).toBe('An unnamed program');
  });
});
