import { describe, expect, it } from 'vitest';
import { Failure } from '../api/failure';
import { Pages } from './pages.svelte';

/** A server whose list has three pages, the last of them empty. */
function list() {
  const asked: (string | undefined)[] = [];
  const answers = [{ items: [1, 2], next_cursor: 'a' }, { items: [3], next_cursor: 'b' }, { items: [] }];
  const pages = new Pages<number>(async (cursor) => {
    asked.push(cursor);
    return answers[['a', 'b'].indexOf(cursor ?? '') + 1] ?? { items: [] };
  });
  return { pages, asked };
}

describe('Pages', () => {
  it('puts one page behind the other until there are no more', async () => {
    const { pages, asked } = list();
    expect(pages.items).toBeUndefined();
    await pages.load();
    expect(pages).toMatchObject({ items: [1, 2], hasMore: true });
    await pages.more();
    await pages.more();
    expect(pages).toMatchObject({ items: [1, 2, 3], hasMore: false });
    expect(asked).toEqual([undefined, 'a', 'b']);
  });

  it('starts over when it is loaded anew', async () => {
    const { pages } = list();
    await pages.load();
    await pages.more();
    await pages.load();
    expect(pages.items).toEqual([1, 2]);
  });

  it('keeps what it has when the next page fails, and asks for that page again', async () => {
    const asked: (string | undefined)[] = [];
    const pages = new Pages<number>(async (cursor) => {
      asked.push(cursor);
      if (asked.length === 2) throw new Failure(503);
      return { items: [asked.length], next_cursor: 'next' };
    });
    await pages.load();
    await pages.more();
    expect(pages).toMatchObject({ items: [1], failure: { status: 503 } });
    await pages.more();
    expect(pages).toMatchObject({ items: [1, 3], failure: undefined });
    expect(asked).toEqual([undefined, 'next', 'next']);
  });
});
