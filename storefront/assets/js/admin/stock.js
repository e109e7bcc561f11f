// @ts-check
// A product's stock: its numbers, its ledger, and over how many shards it is spread.

import { get, put, unlessMissing } from '../api.js';
import { byId, el, input, say } from '../dom.js';
import { whileVisible } from '../live.js';
import { LOCALE } from '../money.js';
import { act, tellTrouble } from './acts.js';
import { mountAdjust } from './adjust.js';
import { showApiFaults, showFaults, typed, wholeNumber } from './fields.js';
import { pager } from './pager.js';
import { moment } from './times.js';

/** @typedef {import('./types.js').Stock} Stock */
/** @typedef {import('./types.js').Adjustment} Adjustment */

const REFRESH_MS = 10_000;
const PAGE = '10';
const SHARDS_MAX = 64;
const whole = new Intl.NumberFormat(LOCALE);
const signed = new Intl.NumberFormat(LOCALE, { signDisplay: 'always' });

/** @param {string} sku */
export async function mountStock(sku) {
  const path = `/stock/${encodeURIComponent(sku)}`;
  const read = async (/** @type {AbortSignal} */ signal) => show(await unlessMissing(get(path, { auth: true, signal, cache: 'no-store' })));
  const reread = () => read(new AbortController().signal);

  const ledger = mountLedger(path);
  const refresh = () => void reread().catch((error) => tellTrouble(byId('stock-outcome'), error));
  const adjusted = (/** @type {Adjustment} */ adjustment) => {
    ledger.prepend(adjustment);
    refresh();
  };
  mountAdjust(path, { adjusted, refused: refresh });
  mountShards(path, reread);
  await Promise.all([reread(), ledger.load()]);
  // Numbers that cannot be read just now are as they were.
  whileVisible(async (signal) => {
    await read(signal).catch(() => null);
    return REFRESH_MS;
  });
}

/** @param {Stock|null} stock  null: nothing was ever received. */
function show(stock) {
  const { available = 0, committed_or_held = 0, received = 0, written_off = 0, shards = [] } = stock ?? {};
  for (const [id, number] of Object.entries({ available, committed_or_held, received, written_off })) {
    say(byId(`stock-${id}`), whole.format(number));
  }
  say(byId('stock-shards'), shards.length > 1 ? `${shards.length}: ${shards.map((units) => whole.format(units)).join(' + ')}` : String(shards.length));
  const field = input('shards');
  if (!field.value && document.activeElement !== field) field.value = String(shards.length || 1);
  /** @type {HTMLButtonElement} */ (byId('shards-button')).disabled = !stock;
  say(byId('shards-hint'), stock ? `1 to ${SHARDS_MAX}: about one for every 50 orders a second; usually 1.` : 'Receive some units first.');
}

/** @param {string} path */
function mountLedger(path) {
  /** @type {Set<string>} */
  const seen = new Set();
  const keyOf = (/** @type {Adjustment} */ { at, delta, reason }) => `${at} ${delta} ${reason}`;
  const row = (/** @type {Adjustment} */ adjustment) => {
    seen.add(keyOf(adjustment));
    const { delta, reason, at } = adjustment;
    return el(
      'li',
      { class: 'entry', 'data-test': 'adjustment' },
      el('span', { class: `delta ${delta < 0 ? 'bad' : 'good'}` }, signed.format(delta)),
      el('span', { class: 'entry-words' }, el('span', { class: 'visually-hidden' }, delta < 0 ? 'written off: ' : 'received: '), reason),
      el('span', { class: 'hint' }, moment(at)),
    );
  };
  const more = /** @type {HTMLButtonElement} */ (byId('ledger-more'));
  const list = byId('ledger');
  const trouble = (/** @type {unknown} */ error) => tellTrouble(byId('ledger-outcome'), error);
  const pages = pager({ path: `${path}/adjustments`, query: { limit: PAGE }, list, more, count: byId('ledger-count'), noun: ['entry', 'entries'], row, trouble });
  return {
    load: pages.load,
    /** An answer that was lost and asked for again may be listed already. @param {Adjustment} adjustment */
    prepend: (adjustment) => void (seen.has(keyOf(adjustment)) || pages.prepend(adjustment)),
  };
}

/**
 * @param {string} path
 * @param {() => Promise<void>} reread
 */
function mountShards(path, reread) {
  byId('shards-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const shards = wholeNumber(typed('shards'), 1, SHARDS_MAX);
    if (!showFaults(['shards'], { shards: shards === null ? `A whole number, 1 to ${SHARDS_MAX}` : '' })) return;
    act(/** @type {HTMLButtonElement} */ (byId('shards-button')), byId('shards-outcome'), async () => {
      try {
        await put(`${path}/shards`, JSON.stringify({ shards }), { auth: true });
        await reread();
        return `In use from now on: ${shards}.`;
      } catch (error) {
        if (!showApiFaults(error, { '/shards': 'shards' })) throw error;
      }
    });
  });
}
