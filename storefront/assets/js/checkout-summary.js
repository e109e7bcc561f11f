// @ts-check
// What is about to be ordered, at today's prices.

import { change, read, split } from './cart.js';
import { byId, el, fill, say } from './dom.js';
import { same, text, times, total } from './money.js';
import { findProducts } from './products.js';

/** @typedef {import('./types.js').Line} Line */
/** @typedef {import('./types.js').Money} Money */

/** @type {Map<string, import('./types.js').Product|null>} */
let products = new Map();
/** @type {Map<string, Money>} What the buyer saw before, where it was something else. */
const before = new Map();

/** The lines that this checkout orders: those that the address names, or the cart's first order. */
export function chosen() {
  const wanted = new URLSearchParams(location.search).get('skus')?.split(',');
  const { lines } = read();
  return split(wanted ? lines.filter((line) => wanted.includes(line.sku)) : lines)[0] ?? [];
}

/** The lines of them that have left the shop. */
export function gone() {
  return chosen().filter((line) => products.get(line.sku) === null);
}

/** @returns {Money|null} */
export function sum() {
  const lines = chosen();
  return lines.length ? total(lines) : null;
}

/**
 * Asks for today's prices and shows them. The cart takes them over: from here on the buyer has seen them.
 * @returns {Promise<boolean>} Whether the total is another one now.
 */
export async function refresh() {
  const old = sum();
  products = await findProducts(chosen().map((line) => line.sku));
  for (const line of chosen()) {
    const product = products.get(line.sku);
    if (!product || same(product.price, line.price)) continue;
    before.set(line.sku, line.price);
    change(line.sku, { price: product.price, name: product.name });
  }
  show();
  const fresh = sum();
  return Boolean(old && fresh && !same(old, fresh));
}

/** Shows the lines and the total. */
export function show() {
  fill(byId('lines'), chosen().map(row));
  const all = sum();
  say(byId('total'), all ? text(all) : '–');
}

/** @param {Line} line */
function row(line) {
  const was = before.get(line.sku);
  const note = products.get(line.sku) === null ? 'Not sold any more' : was ? `The price has changed: it was ${text(was)}` : '';
  return el(
    'li',
    { class: 'summary-line', 'data-test': 'summary-line' },
    el('span', { class: 'summary-name' }, `${line.quantity} × ${line.name}`),
    el('span', { class: 'amount' }, text(times(line.price, line.quantity))),
    note && el('span', { class: 'line-warning warn' }, note),
  );
}
