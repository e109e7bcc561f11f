// @ts-check
// The sale of a product: announcing, opening, changing, closing and ending it.

import { now, put, request } from '../api.js';
import { button, byId, fill, input, say } from '../dom.js';
import { findSale } from '../products.js';
import { act } from './acts.js';
import { ask } from './ask.js';
import { showApiFaults, showFaults, typed, wholeNumber } from './fields.js';
import { badgeOf, saleInWords } from './sale-words.js';
import { forField, fromField } from './times.js';

/** @typedef {import('../types.js').Sale} Sale */
/** @typedef {{opens_at?: string, closes_at?: string, per_customer?: number}} Wish */

const POINTERS = { '/opens_at': 'opens', '/closes_at': 'closes', '/per_customer': 'per-customer' };
const FIELDS = Object.values(POINTERS);
const PER_CUSTOMER_MAX = 10_000;
const CLOCKS_DIFFER_MS = 2000;

/** @param {string} sku */
export async function mountSale(sku) {
  const path = `/sales/${encodeURIComponent(sku)}`;
  const outcome = byId('sale-outcome');
  const main = /** @type {HTMLButtonElement} */ (byId('sale-button'));
  /** @type {Sale|null} */
  let sale = await findSale(sku);

  /**
   * @param {Wish} wish
   * @param {string} said
   */
  async function write(wish, said) {
    try {
      const response = await put(path, JSON.stringify(wish), { auth: true });
      sale = await response.json();
      show();
      return said;
    } catch (error) {
      if (!showApiFaults(error, POINTERS)) throw error;
    }
  }

  const open = () => writeNow(opened, 'The sale is open. It is in force within seconds.');
  const close = () => writeNow(closed, 'The sale is closed.');

  /**
   * @param {(sale: Sale) => Wish} wish
   * @param {string} said
   */
  async function writeNow(wish, said) {
    const it = sale;
    if (it) await act(main, outcome, () => write(wish(it), said));
    // The button that was pressed is gone.
    if (document.activeElement === document.body) main.focus();
  }

  async function end() {
    const words = 'The product is sold as always again, at once. Orders that wait in the queue stay in it.';
    if (!(await ask({ title: 'End this sale?', words, yes: 'Yes, end it' }))) return;
    await act(main, outcome, async () => {
      await request(path, { method: 'DELETE', auth: true });
      sale = null;
      show();
      byId('opens').focus();
      return 'There is no sale any more: the product is sold as always.';
    });
  }

  function show() {
    fill(byId('sale-badge'), badgeOf(sale));
    say(byId('sale-words'), saleInWords(sale));
    input('opens').value = forField(sale?.opens_at);
    input('closes').value = forField(sale?.closes_at);
    input('per-customer').value = String(sale?.per_customer ?? '');
    say(main, sale ? 'Save the changes' : 'Start the sale');
    showFaults(FIELDS, {});
    fill(byId('sale-actions'), sale && actions(sale, { open, close, end }));
  }

  byId('sale-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const wish = check(sale);
    if (wish) act(main, outcome, () => write(wish, sale ? 'Changed. It is in force within seconds.' : 'Done. The sale is in force within 30 seconds.'));
  });
  show();
}

/**
 * @param {Sale} sale
 * @param {Record<'open'|'close'|'end', () => void>} press
 */
function actions({ phase }, { open, close, end }) {
  const quiet = (/** @type {string} */ words, /** @type {() => void} */ press, /** @type {string} */ test) => button(words, press, { class: 'button quiet', 'data-test': test });
  const first = phase === 'open' ? quiet('Close now', close, 'sale-close') : quiet(phase === 'over' ? 'Open again now' : 'Open now', open, 'sale-open');
  return [first, quiet('End the sale', end, 'sale-end')];
}

/** Open from now on. One that is over is opened again without an end. @param {Sale} sale @returns {Wish} */
function opened({ closes_at, per_customer }) {
  return { closes_at: closes_at && Date.parse(closes_at) > now() ? closes_at : undefined, per_customer };
}

/**
 * Closed a little earlier than now, so that the shop finds it over whatever its clock says; never before it opened.
 * @param {Sale} sale
 * @returns {Wish}
 */
function closed({ opens_at, per_customer }) {
  const at = Math.max(Date.parse(opens_at) + 1, now() - CLOCKS_DIFFER_MS);
  return { opens_at, closes_at: new Date(at).toISOString(), per_customer };
}

/**
 * What is typed, if it can be sent.
 * @param {Sale|null} sale
 * @returns {Wish|null}
 */
function check(sale) {
  const [opens_at, closes_at] = [fromField(input('opens').value, sale?.opens_at), fromField(input('closes').value, sale?.closes_at)];
  const limit = typed('per-customer');
  const per_customer = limit === '' ? undefined : wholeNumber(limit, 1, PER_CUSTOMER_MAX);
  /** @type {Record<string, string>} */
  const faults = {};
  if (closes_at && Date.parse(closes_at) <= (opens_at ? Date.parse(opens_at) : now())) faults.closes = 'Must be after the opening';
  if (per_customer === null) faults['per-customer'] = 'A whole number, 1 to 10,000, or nothing';
  return showFaults(FIELDS, faults) && per_customer !== null ? { opens_at, closes_at, per_customer } : null;
}
