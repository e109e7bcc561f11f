// @ts-check
// The cart, in localStorage: it survives reloads and is the same in every tab. The Idempotency-Key of its checkout is kept with
// it, and so is a request that nobody has answered yet, to be repeated as it was (docs/adr/0017).

import { load, save } from './storage.js';

/** @typedef {import('./types.js').Cart} Cart */
/** @typedef {import('./types.js').Line} Line */

const NAME = 'emporium.cart';
/** Fired on `window` when this tab changed the cart; `storage` tells of other tabs. */
const CHANGED = 'emporium:cart';

/** What the API takes in one order. */
export const QUANTITY_MAX = 10_000;
export const LINES_MAX = 50;

/**
 * The cart as it is. What cannot be read is left out: storage may be old, or edited by hand.
 * @returns {Cart}
 */
export function read() {
  const stored = load('local', NAME) ?? {};
  const lines = Array.isArray(stored.lines) ? stored.lines.filter(isLine) : [];
  const pending = typeof stored.pending?.body === 'string' ? stored.pending : null;
  return { lines, key: stored.key ?? null, owner: stored.owner ?? null, pending };
}

/** @param {any} line */
function isLine(line) {
  const { sku, name, quantity, price } = line ?? {};
  const counts = Number.isInteger(quantity) && quantity >= 1 && quantity <= QUANTITY_MAX;
  return typeof sku === 'string' && typeof name === 'string' && counts && Number.isInteger(price?.amount_minor) && isCode(price.currency);
}

/** @param {unknown} currency */
const isCode = (currency) => typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);

/**
 * Reads, changes and writes in one go: other tabs write too.
 * @param {(cart: Cart) => void} change
 */
function update(change) {
  const cart = read();
  change(cart);
  save('local', NAME, cart);
  window.dispatchEvent(new Event(CHANGED));
}

/**
 * Calls back when the cart has changed, in this tab or in another.
 * @param {() => void} listener
 */
export function onChange(listener) {
  window.addEventListener(CHANGED, listener);
  window.addEventListener('storage', (event) => {
    if (event.key === NAME || event.key === null) listener();
  });
}

/** How many units are in it. */
export function count() {
  return read().lines.reduce((sum, line) => sum + line.quantity, 0);
}

/**
 * Puts units of a product in.
 * @param {Pick<Line, 'sku'|'name'|'price'> & {alone?: boolean}} product
 * @param {number} quantity
 * @returns {boolean} false when there is no room for another line.
 */
export function add({ sku, name, price, alone = false }, quantity) {
  let fits = true;
  update((cart) => {
    const line = cart.lines.find((one) => one.sku === sku);
    if (line) Object.assign(line, { name, price, alone, quantity: clamp(line.quantity + quantity) });
    else if (cart.lines.length < LINES_MAX) cart.lines.push({ sku, name, price, alone, quantity: clamp(quantity) });
    else fits = false;
  });
  return fits;
}

/**
 * Puts the items of an order back, to be ordered again. What is in the cart already is not doubled.
 * @param {import('./types.js').OrderItem[]} items
 */
export function putBack(items) {
  update((cart) => {
    for (const { sku, name, unit_price, quantity } of items) {
      const line = cart.lines.find((one) => one.sku === sku);
      if (line) line.quantity = Math.max(line.quantity, quantity);
      else cart.lines.push({ sku, name, price: unit_price, quantity, alone: false });
    }
    if (!cart.pending) cart.key = null;
  });
}

/**
 * @param {string} sku
 * @param {Partial<Line>} change
 */
export function change(sku, change) {
  update((cart) => {
    const line = cart.lines.find((one) => one.sku === sku);
    if (line) Object.assign(line, change, { quantity: clamp(change.quantity ?? line.quantity) });
  });
}

/** @param {string} sku */
export function remove(sku) {
  update((cart) => {
    cart.lines = cart.lines.filter((line) => line.sku !== sku);
  });
}

/** @param {number} quantity */
const clamp = (quantity) => Math.min(QUANTITY_MAX, Math.max(1, Math.trunc(quantity) || 1));

/**
 * The orders that the cart makes: one for each product of a sale, and one for each currency of the rest.
 * @param {Line[]} lines
 * @returns {Line[][]}
 */
export function split(lines) {
  /** @type {Map<string, Line[]>} */
  const groups = new Map();
  for (const line of lines) {
    const group = line.alone ? `sale ${line.sku}` : line.price.currency;
    groups.set(group, [...(groups.get(group) ?? []), line]);
  }
  return [...groups.values()];
}

/**
 * Writes down what is about to be sent, and under which key. The key stays the same until an order is taken, whatever is
 * changed meanwhile: so a request that was carried out unnoticed cannot be followed by a second order unasked.
 * @param {string} body
 * @param {string} owner  The customer: a key counts among one customer's.
 * @param {string[]} skus
 * @returns {string} The key.
 */
export function begin(body, owner, skus) {
  let key = '';
  update((cart) => {
    if (!cart.key || cart.owner !== owner) cart.key = crypto.randomUUID();
    key = cart.key;
    Object.assign(cart, { owner, pending: { body, owner, skus } });
  });
  return key;
}

/** The request was refused: it need not be repeated. Its key stays. */
export function refused() {
  update((cart) => {
    cart.pending = null;
  });
}

/**
 * The order was taken: its lines go, and its key with them, unless another tab has moved on already.
 * @param {string} key
 * @param {string[]} skus
 */
export function taken(key, skus) {
  update((cart) => {
    if (cart.key !== key) return;
    cart.lines = cart.lines.filter((line) => !skus.includes(line.sku));
    Object.assign(cart, { key: null, owner: null, pending: null });
  });
}

/** The buyer wants another order, knowing that there may be one already. */
export function startAnew() {
  update((cart) => {
    Object.assign(cart, { key: null, owner: null, pending: null });
  });
}

/** Somebody signed out. The key stays, so that an order that went through is still found; the address goes. */
export function forgetPending() {
  if (read().pending) refused();
}
