// @ts-check
// One line of the cart page. It is made once and then only written to: a control that is replaced under a finger or between two
// key presses loses the press.

import { change, QUANTITY_MAX, read } from './cart.js';
import { button, el, fill, say } from './dom.js';
import { same, text, times } from './money.js';
import { pageOf, picture } from './products.js';

/** @typedef {import('./types.js').Line} Line */
/** @typedef {{product: import('./types.js').Product|null|undefined, stock: import('./types.js').Availability|undefined}} Known
 *   `product` is null when it has left the shop, and undefined while that is not known. */

/**
 * @param {string} sku
 * @param {(sku: string) => void} takeOut
 * @returns {{element: HTMLElement, show: (line: Line, known: Known) => void}}
 */
export function cartRow(sku, takeOut) {
  const id = `quantity-${sku}`;
  const unit = el('p', { class: 'line-unit' });
  const name = el('p', { class: 'line-name' });
  const warning = el('p', { class: 'line-warning', id: `${id}-warning`, 'data-test': 'warning' });
  const sum = el('p', { class: 'line-total' });
  const label = el('label', { for: id, class: 'visually-hidden' });
  const [less, more] = [step(sku, -1), step(sku, 1)];
  const field = quantityField(sku, id);
  const drop = button('Remove', () => takeOut(sku), { class: 'plain', 'data-test': 'remove' });
  const frame = el('div', { class: 'line-picture' }, picture({ sku, images: [] }, { sizes: '6rem' }));
  const element = el(
    'li',
    { class: 'line', 'data-test': 'line', 'data-sku': sku },
    frame,
    el('div', { class: 'line-main' }, name, unit, warning),
    el('div', { class: 'line-quantity' }, label, less, field, more),
    sum,
    drop,
  );
  let pictured = false;

  /** @type {(line: Line, known: Known) => void} */
  const show = (line, known) => {
    if (known.product && !pictured) {
      pictured = true;
      fill(name, el('a', { href: pageOf(sku) }, line.name));
      if (known.product.images.length) fill(frame, picture(known.product, { sizes: '6rem' }));
    } else if (!pictured || known.product === null) say(name, line.name);
    say(unit, `${text(line.price)} each`);
    say(sum, text(times(line.price, line.quantity)));
    say(label, `Quantity of ${line.name}`);
    if (document.activeElement !== field) field.value = String(line.quantity);
    less.disabled = line.quantity <= 1;
    more.disabled = line.quantity >= QUANTITY_MAX;
    less.setAttribute('aria-label', `One less: ${line.name}`);
    more.setAttribute('aria-label', `One more: ${line.name}`);
    drop.setAttribute('aria-label', `Remove ${line.name}`);
    showWarning(warning, line, known);
  };
  return { element, show };
}

/**
 * @param {string} sku
 * @param {-1|1} by
 */
function step(sku, by) {
  const press = () => change(sku, { quantity: (read().lines.find((line) => line.sku === sku)?.quantity ?? 1) + by });
  return button(by < 0 ? '−' : '+', press, { class: 'stepper' });
}

/**
 * @param {string} sku
 * @param {string} id
 */
function quantityField(sku, id) {
  const field = el('input', { id, inputmode: 'numeric', autocomplete: 'off', 'aria-describedby': `${id}-warning` });
  field.addEventListener('change', () => {
    const typed = field.value.trim();
    if (/^\d{1,5}$/.test(typed) && Number(typed) >= 1) change(sku, { quantity: Number(typed) });
    // What is no quantity leaves the line as it was.
    field.value = String(read().lines.find((line) => line.sku === sku)?.quantity ?? 1);
  });
  return field;
}

/**
 * What the buyer should know about a line before ordering it.
 * @param {HTMLElement} place
 * @param {Line} line  At today's price.
 * @param {Known} known
 */
function showWarning(place, line, { product, stock }) {
  const left = stock && !stock.more ? stock.available : Infinity;
  const before = read().lines.find((one) => one.sku === line.sku)?.price;
  const isOther = before && !same(before, line.price);
  const [tone, words] =
    product === null ? ['bad', 'Not sold any more.']
    : left === 0 ? ['bad', 'Sold out at the moment. An order is likely to be cancelled.']
    : left < line.quantity ? ['warn', `Only ${left} left.`]
    : isOther ? ['warn', `The price has changed: it was ${text(before)}.`]
    : ['', ''];
  place.className = `line-warning ${tone}`;
  if (place.firstChild?.textContent === words) return;
  const fix = words && product !== null && left > 0 && left < line.quantity;
  fill(place, words, fix && button(`Take ${left}`, () => change(line.sku, { quantity: left }), { class: 'plain' }));
}
