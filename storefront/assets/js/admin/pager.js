// @ts-check
// A list that goes on page by page, as the API's cursors lead.

import { get } from '../api.js';
import { say } from '../dom.js';

/** A page may be empty and not the last; so many of those are read in one go. */
const EMPTY_PAGES_MAX = 10;

/**
 * @template T
 * @param {{path: string, query?: Record<string, string>, list: HTMLElement, more: HTMLButtonElement, count: HTMLElement,
 *   noun: [string, string], row: (item: T) => HTMLElement, trouble: (error: unknown) => void}} options
 */
export function pager({ path, query = {}, list, more, count, noun, row, trouble }) {
  /** @type {string|undefined} */
  let cursor;
  let shown = 0;

  async function next() {
    for (let read = 0; ; read += 1) {
      const page = await get(`${path}?${new URLSearchParams({ ...query, ...(cursor && { cursor }) })}`, { auth: true, cache: 'no-store' });
      cursor = page.next_cursor ?? undefined;
      if (page.items.length > 0 || !cursor || read === EMPTY_PAGES_MAX) return page.items;
    }
  }

  /** Reads the next page, and shows it. Never fails: trouble is told. */
  async function load() {
    more.disabled = true;
    try {
      const rows = /** @type {T[]} */ (await next()).map(row);
      if (shown === 0) list.replaceChildren();
      list.append(...rows);
      // Whoever asked for more goes on reading where it begins.
      if (shown > 0) rows[0]?.querySelector('a')?.focus();
      shown += rows.length;
      tell();
    } catch (error) {
      trouble(error);
    } finally {
      more.disabled = false;
      list.removeAttribute('aria-busy');
    }
  }

  function tell() {
    more.hidden = !cursor;
    say(count, `${shown} ${noun[shown === 1 ? 0 : 1]}${cursor ? ' so far' : ''}`);
  }

  more.addEventListener('click', load);
  return {
    load,
    /** Puts one before all others. @param {T} item */
    prepend(item) {
      if (shown === 0) list.replaceChildren();
      list.prepend(row(item));
      shown += 1;
      tell();
    },
    isEmpty: () => shown === 0 && !cursor,
  };
}
