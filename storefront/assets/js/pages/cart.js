// @ts-check
// The cart: what is in it, what it costs now, and what is in the way of ordering it.

import { cartRow } from '../cart-row.js';
import { onChange, read, remove, split } from '../cart.js';
import { byId, button, el, fill, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { text, total } from '../money.js';
import { explain } from '../problems.js';
import { availability, findProducts } from '../products.js';

/** @typedef {import('../types.js').Line} Line */

/** @type {Map<string, import('../types.js').Product|null>} As the catalogue has them now; null when they are gone. */
const products = new Map();
/** @type {Map<string, import('../types.js').Availability>} */
let stock = new Map();
/** @type {unknown} */
let trouble = null;
/** @type {Map<string, ReturnType<typeof cartRow>>} */
const rows = new Map();
/** What the page is built of; it is built anew only when that changes. */
let built = '';

mountHeader('cart');
onChange(show);
show();
refresh();
window.addEventListener('pageshow', (event) => event.persisted && (show(), refresh()));

/** Asks what has changed since the lines were put in. The cart can be used meanwhile. */
async function refresh() {
  const skus = read().lines.map((line) => line.sku);
  if (skus.length === 0) return;
  trouble = null;
  try {
    const [found] = await Promise.all([findProducts(skus), availability(skus).then((known) => (stock = known), () => null)]);
    for (const [sku, product] of found) products.set(sku, product);
  } catch (error) {
    trouble = error;
  }
  show();
}

/** A line at today's price. @param {Line} line */
function current(line) {
  const product = products.get(line.sku);
  return product ? { ...line, name: product.name, price: product.price } : line;
}

function show() {
  const { lines, pending } = read();
  const orders = split(lines.map(current));
  const structure = JSON.stringify([orders.map((order) => order.map((line) => [line.sku, isGone(line)])), Boolean(pending), trouble !== null]);
  if (structure !== built) build(orders, Boolean(pending));
  built = structure;
  orders.forEach((order, number) => {
    for (const line of order) row(line.sku).show(line, { product: products.get(line.sku), stock: stock.get(line.sku) });
    const sellable = order.filter((line) => !isGone(line));
    say(byId(`total-${number}`), sellable.length ? text(total(sellable)) : '–');
  });
}

/** @param {Line} line */
function isGone(line) {
  return products.get(line.sku) === null;
}

/**
 * @param {Line[][]} orders
 * @param {boolean} isPending
 */
function build(orders, isPending) {
  const focused = document.activeElement;
  fill(
    byId('cart'),
    isPending && pendingNotice(),
    trouble !== null && troubleNotice(),
    orders.length === 0 ? empty() : orders.map((order, number) => section(order, number, orders.length)),
  );
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
}

function empty() {
  return notice({ title: 'Your cart is empty', test: 'empty' }, el('p', {}, 'Nothing in it yet.'), linkButton('/', 'See what there is'));
}

function pendingNotice() {
  return notice(
    { tone: 'warn', title: 'An order is not finished', test: 'pending' },
    el('p', {}, 'We don’t know yet whether your last order went through. Find that out before you order again.'),
    linkButton('/checkout.html', 'Go there'),
  );
}

function troubleNotice() {
  const words = `${explain(trouble).title}. Prices and stock are as you last saw them.`;
  return notice({ tone: 'warn', test: 'stale' }, el('p', {}, words), button('Try again', refresh, { class: 'button quiet' }));
}

/**
 * One order's part of the cart.
 * @param {Line[]} lines
 * @param {number} number
 * @param {number} count
 */
function section(lines, number, count) {
  const several = count > 1;
  const query = several ? `?${new URLSearchParams({ skus: lines.map((line) => line.sku).join(',') })}` : '';
  const name = `Order ${number + 1} of ${count}`;
  const why = lines[0].alone ? 'A product in a sale is ordered by itself.' : 'Ordered and paid by itself.';
  return el(
    'section',
    { class: 'order-part', 'aria-label': several ? name : 'Your order', 'data-test': 'cart-order' },
    several && [el('h2', {}, name), el('p', { class: 'hint' }, why)],
    el('ul', { class: 'lines' }, lines.map((line) => row(line.sku).element)),
    el(
      'div',
      { class: 'sum' },
      el('p', { class: 'total' }, 'Total ', el('strong', { id: `total-${number}`, 'data-test': 'total' })),
      lines.some(isGone)
        ? el('p', { class: 'hint' }, 'Remove what is not sold any more to go on.')
        : linkButton(`/checkout.html${query}`, 'Check out', 'primary wide'),
    ),
  );
}

/** @param {string} sku */
function row(sku) {
  let made = rows.get(sku);
  if (!made) rows.set(sku, (made = cartRow(sku, takeOut)));
  return made;
}

/** @param {string} sku */
function takeOut(sku) {
  const name = read().lines.find((line) => line.sku === sku)?.name;
  remove(sku);
  say(byId('cart-status'), `${name} removed.`);
  // Its button is gone; the heading is the nearest thing that stays.
  byId('title').focus();
}
