import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

/** A router of its own in a browser that was opened at `href`. */
async function open(href: string) {
  const location = { href };
  const replaceState = (_state: unknown, _unused: string, to: URL | string) => {
    location.href = new URL(to, location.href).href;
  };
  vi.resetModules();
  vi.stubGlobal('location', location);
  vi.stubGlobal('history', { replaceState });
  const { router } = await import('./router.svelte');
  return { router, location };
}

it('keeps the secret of a link for the page and takes it out of the address bar', async () => {
  const { router, location } = await open('http://server/reset-password?a=b#token=secret');
  expect(location.href).toBe('http://server/reset-password?a=b');
  expect(router.route).toEqual({ page: 'reset-password', token: 'secret' });
});

it('does so too when the link is opened in a page that is there already', async () => {
  const { router, location } = await open('http://server/reset-password');
  expect(router.route).toEqual({ page: 'reset-password', token: undefined });
  location.href = 'http://server/reset-password#token=secret';
  router.onPopState();
  expect(location.href).toBe('http://server/reset-password');
  expect(router.route).toEqual({ page: 'reset-password', token: 'secret' });
});

it('stays on its server, whatever the path looks like', async () => {
  const { location } = await open('http://server//elsewhere.example/#token=secret');
  expect(location.href).toBe('http://server//elsewhere.example/');
});
