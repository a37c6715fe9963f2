// A list that is loaded page by page.

import { Loader } from './loader.svelte';

/** A page of a list, as the services answer it. */
export interface Page<T> {
  items: T[];
  /** Where the next page starts, if there is one. */
  next_cursor?: string | null;
}

type Get<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

/** Loads the first page of a list and then, when asked for more, one page after the other. */
export class Pages<T> {
  readonly #loader = new Loader<Page<T>>();
  readonly #get: Get<T>;

  /** What has come so far; nothing before the first page. */
  readonly items = $derived(this.#loader.data?.items);
  readonly hasMore = $derived(Boolean(this.#loader.data?.next_cursor));
  readonly failure = $derived(this.#loader.failure);
  readonly busy = $derived(this.#loader.busy);

  constructor(get: Get<T>) {
    this.#get = get;
  }

  /** Loads from the start. */
  load(): Promise<void> {
    return this.#loader.load((signal) => this.#get(undefined, signal));
  }

  /** Loads the page behind what has come so far, or from the start when that has failed. */
  more(): Promise<void> {
    const { data } = this.#loader;
    if (!data?.next_cursor) {
      return this.load();
    }
    const { items, next_cursor } = data;
    return this.#loader.load(async (signal) => {
      const page = await this.#get(next_cursor, signal);
      return { ...page, items: [...items, ...page.items] };
    });
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#loader.stop();
  }
}
