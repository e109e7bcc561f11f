// @ts-check
// Search, filters and order of the catalogue: all in the page, over what it has loaded (docs/adr/0017).

import { exponent, LOCALE, parse } from './money.js';

/** @typedef {import('./types.js').Product} Product */
/** @typedef {{q: string, stock: boolean, max: string, sort: string}} Wish */

const collator = new Intl.Collator(LOCALE, { numeric: true, sensitivity: 'base' });

/** @type {Record<string, (one: Product, other: Product) => number>} */
const ORDERS = {
  name: (one, other) => collator.compare(one.name, other.name) || collator.compare(one.sku, other.sku),
  'price-up': (one, other) => byPrice(one, other, 1),
  'price-down': (one, other) => byPrice(one, other, -1),
};

/**
 * @param {Product} one
 * @param {Product} other
 * @param {1|-1} direction
 */
function byPrice(one, other, direction) {
  const [a, b] = [one.price, other.price];
  // Prices in different currencies cannot be compared; they stay apart.
  return a.currency.localeCompare(b.currency) || direction * (a.amount_minor - b.amount_minor) || ORDERS.name(one, other);
}

/**
 * What the address asks for.
 * @param {string} query
 * @returns {Wish}
 */
export function readWish(query) {
  const parameters = new URLSearchParams(query);
  const sort = parameters.get('sort') ?? 'name';
  return {
    q: parameters.get('q') ?? '',
    stock: parameters.get('stock') === '1',
    max: parameters.get('max') ?? '',
    sort: sort in ORDERS ? sort : 'name',
  };
}

/**
 * The address that asks for it, without what goes without saying.
 * @param {Wish} wish
 */
export function asQuery({ q, stock, max, sort }) {
  const parameters = new URLSearchParams();
  if (q.trim()) parameters.set('q', q.trim());
  if (stock) parameters.set('stock', '1');
  if (max.trim()) parameters.set('max', max.trim());
  if (sort !== 'name') parameters.set('sort', sort);
  return parameters.size ? `?${parameters}` : '';
}

/**
 * Without accents and capitals: "Café" is found by "cafe", and "cafe" by "CAFÉ".
 * @param {string} text
 */
export function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('ø', 'o').replaceAll('ł', 'l');
}

/** @type {WeakMap<Product, string>} What a product is found by: made once, as somebody types. */
const texts = new WeakMap();

/** @param {Product} product */
function textOf(product) {
  let text = texts.get(product);
  if (text === undefined) texts.set(product, (text = plain(`${product.name} ${product.description}`)));
  return text;
}

/**
 * Whether a price limit can be read; none is fine.
 * @param {string} max
 */
export function isLimit(max) {
  return max.trim() === '' || parse(max, 0) !== null;
}

/**
 * The products that fit, in order.
 * @param {Product[]} products
 * @param {Wish} wish
 * @param {(sku: string) => boolean} inStock
 * @returns {Product[]}
 */
export function choose(products, wish, inStock) {
  const words = plain(wish.q).split(/\s+/).filter(Boolean);
  const fits = (/** @type {Product} */ product) => {
    return words.every((word) => textOf(product).includes(word)) && affordable(product, wish.max) && (!wish.stock || inStock(product.sku));
  };
  return products.filter(fits).sort(ORDERS[wish.sort]);
}

/**
 * @param {Product} product
 * @param {string} max  In major units of the product's own currency.
 */
function affordable({ price }, max) {
  const limit = parse(max, exponent(price.currency));
  return limit === null || price.amount_minor <= limit;
}
