// @ts-check
// The cart: what is in it, what it costs now, and what is in the way of ordering it.

import { change, onChange, QUANTITY_MAX, read, remove, split } from '../cart.js';
import { byId, button, el, fill, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { same, text, times, total } from '../money.js';
import { explain } from '../problems.js';
import { availability, findProducts, pageOf, picture } from '../products.js';

/** @typedef {import('../types.js').Line} Line */
/** @typedef {import('../types.js').Product} Product */

/** @type {Map<string, Product|null>} As the catalogue has them now; null when they are gone. */
const products = new Map();
/** @type {Map<string, import('../types.js').Availability>} */
let stock = new Map();
/** @type {unknown} */
let trouble = null;

const place = byId('cart');
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
  const focused = focusedControl();
  const orders = split(lines.map(current));
  fill(
    place,
    pending && pendingNotice(),
    trouble !== null && troubleNotice(),
    lines.length === 0 ? empty() : orders.map((order, number) => section(order, number, orders.length)),
  );
  restoreFocus(focused);
}

function empty() {
  return notice({ title: 'Your cart is empty', test: 'empty' }, el('p', {}, 'Nothing in it yet.'), linkButton('/', 'See what there is'));
}

function pendingNotice() {
  return notice(
    { tone: 'warn', title: 'An order is not finished', test: 'pending' },
    el('p', {}, 'We don’t know yet whether your last order went through. Find that out before you order again.'),
    linkButton('/checkout.html', 'Check now'),
  );
}

function troubleNotice() {
  const { title } = explain(trouble);
  return notice(
    { tone: 'warn', test: 'stale' },
    el('p', {}, `${title}. Prices and stock are as you last saw them.`),
    button('Try again', refresh, { class: 'button quiet' }),
  );
}

/**
 * One order's part of the cart.
 * @param {Line[]} lines
 * @param {number} number
 * @param {number} count
 */
function section(lines, number, count) {
  const several = count > 1;
  const sellable = lines.filter((line) => products.get(line.sku) !== null);
  const href = several ? `/checkout.html?${new URLSearchParams({ skus: lines.map((line) => line.sku).join(',') })}` : '/checkout.html';
  const gone = sellable.length < lines.length;
  return el(
    'section',
    { class: 'order-part', 'aria-label': several ? `Order ${number + 1} of ${count}` : 'Your order', 'data-test': 'cart-order' },
    several && el('h2', {}, `Order ${number + 1} of ${count}`),
    several && el('p', { class: 'hint' }, lines[0].alone ? 'A product in a sale is ordered by itself.' : 'Each currency is paid by itself.'),
    el('ul', { class: 'lines' }, lines.map(row)),
    el(
      'div',
      { class: 'sum' },
      el('p', { class: 'total' }, el('span', {}, 'Total'), el('strong', { 'data-test': 'total' }, sellable.length ? text(total(sellable)) : '–')),
      gone
        ? el('p', { class: 'hint' }, 'Remove what is not sold any more to go on.')
        : linkButton(href, 'Check out', 'primary wide'),
    ),
  );
}

/** @param {Line} line */
function row(line) {
  const product = products.get(line.sku);
  const id = `quantity-${line.sku}`;
  const warning = warningFor(line);
  return el(
    'li',
    { class: 'line', 'data-test': 'line', 'data-sku': line.sku },
    picture(product ?? { sku: line.sku, images: [] }, { sizes: '6rem' }),
    el(
      'div',
      { class: 'line-main' },
      el('p', { class: 'line-name' }, product === null ? line.name : el('a', { href: pageOf(line.sku) }, line.name)),
      el('p', { class: 'line-unit' }, `${text(line.price)} each`),
      warning && el('p', { class: `line-warning ${warning.tone}`, id: `${id}-warning`, 'data-test': 'warning' }, warning.text, warning.fix),
    ),
    el(
      'div',
      { class: 'line-quantity' },
      el('label', { for: id, class: 'visually-hidden' }, `Quantity of ${line.name}`),
      step(line, -1),
      quantityInput(line, id, Boolean(warning)),
      step(line, 1),
    ),
    el('p', { class: 'line-total' }, text(times(line.price, line.quantity))),
    button('Remove', () => takeOut(line), { class: 'plain', 'aria-label': `Remove ${line.name}`, 'data-focus': `remove-${line.sku}` }),
  );
}

/**
 * @param {Line} line
 * @param {-1|1} by
 */
function step(line, by) {
  const next = line.quantity + by;
  return button(by < 0 ? '−' : '+', () => change(line.sku, { quantity: next }), {
    class: 'step',
    'aria-label': `${by < 0 ? 'One less' : 'One more'}: ${line.name}`,
    'data-focus': `step${by}-${line.sku}`,
    disabled: next < 1 || next > QUANTITY_MAX,
  });
}

/**
 * @param {Line} line
 * @param {string} id
 * @param {boolean} warned
 */
function quantityInput(line, id, warned) {
  const field = el('input', {
    id,
    inputmode: 'numeric',
    autocomplete: 'off',
    value: line.quantity,
    'data-focus': id,
    'aria-describedby': warned ? `${id}-warning` : null,
  });
  field.addEventListener('change', () => {
    const typed = field.value.trim();
    if (/^\d{1,5}$/.test(typed) && Number(typed) >= 1) change(line.sku, { quantity: Number(typed) });
    // What is no quantity leaves the line as it was.
    else field.value = String(line.quantity);
  });
  return field;
}

/**
 * What the buyer should know about a line before ordering it.
 * @param {Line} line  At today's price.
 * @returns {{tone: string, text: string, fix?: HTMLElement}|null}
 */
function warningFor(line) {
  if (products.get(line.sku) === null) return { tone: 'bad', text: 'Not sold any more.' };
  const left = stock.get(line.sku);
  if (left && !left.more && left.available === 0) return { tone: 'bad', text: 'Sold out at the moment. An order is likely to be cancelled.' };
  if (left && !left.more && left.available < line.quantity) {
    const fix = button(`Take ${left.available}`, () => change(line.sku, { quantity: left.available }), { class: 'plain' });
    return { tone: 'warn', text: `Only ${left.available} left. `, fix };
  }
  const before = read().lines.find((one) => one.sku === line.sku);
  if (before && !same(before.price, line.price)) return { tone: 'warn', text: `The price has changed: it was ${text(before.price)}.` };
  return null;
}

/** @param {Line} line */
function takeOut(line) {
  remove(line.sku);
  say(byId('cart-status'), `${line.name} removed.`);
  // Its button is gone; the heading is the nearest thing that stays.
  byId('title').focus();
}

/** Rendering makes new controls: whoever was at one stays there. */
function focusedControl() {
  return document.activeElement instanceof HTMLElement ? document.activeElement.dataset.focus : undefined;
}

/** @param {string|undefined} name */
function restoreFocus(name) {
  if (!name) return;
  const again = place.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (again instanceof HTMLElement) again.focus();
}
