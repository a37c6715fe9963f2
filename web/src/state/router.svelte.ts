// The address bar as state: what is in it is what is shown.

import { parseRoute } from '../lib/route';

class Router {
  #url = $state.raw(takeAddress());

  /** What the address means. */
  readonly route = $derived(parseRoute(this.#url));

  /** Goes to a path of this page, as a link does. */
  go(path: string): void {
    history.pushState(null, '', path);
    this.#follow();
    scrollTo(0, 0);
  }

  /** Changes the address without a step back to the one before. */
  replace(path: string): void {
    history.replaceState(null, '', path);
    this.#follow();
  }

  /** The browser went back or forward. */
  onPopState = (): void => {
    this.#follow();
  };

  /** A click anywhere: plain ones on links within the page are taken, all others are left to the browser. */
  onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || event.defaultPrevented || !isPlain(event) || !isInternal(link)) {
      return;
    }
    event.preventDefault();
    this.go(link.pathname + link.search);
  };

  #follow(): void {
    this.#url = takeAddress();
  }
}

/**
 * The address, whose fragment the page keeps to itself from here on: it may be a secret, and does not belong on the
 * screen or into the history.
 */
function takeAddress(): URL {
  const url = new URL(location.href);
  if (url.hash) {
    const shown = new URL(url);
    shown.hash = '';
    history.replaceState(null, '', shown);
  }
  return url;
}

/** The router of the page. */
export const router = new Router();

function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function isInternal(link: HTMLAnchorElement): boolean {
  return link.origin === location.origin && !link.target && !('server' in link.dataset);
}
