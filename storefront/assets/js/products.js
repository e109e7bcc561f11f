// @ts-check
// Products, their pictures, how many can be ordered, and their sales.

import { get, unlessMissing } from './api.js';
import { still } from './art.js';
import { el } from './dom.js';

/** @typedef {import('./types.js').Product} Product */
/** @typedef {import('./types.js').Availability} Availability */

const PAGE = 100;
/** What GET /availability takes at once. */
const SKUS_AT_ONCE = 50;

/**
 * @param {any} body
 * @returns {Product}
 */
function product(body) {
  return { sku: body.id ?? body.sku, name: body.name, description: body.description ?? '', price: body.price, images: body.images ?? [] };
}

/**
 * The catalogue, page by page.
 * @param {number} most
 * @returns {AsyncGenerator<Product[]>}
 */
export async function* allProducts(most) {
  let cursor = null;
  let seen = 0;
  do {
    const page = await get(`/products?${new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) })}`);
    const products = page.items.slice(0, most - seen).map(product);
    seen += products.length;
    yield products;
    cursor = page.next_cursor;
  } while (cursor && seen < most);
}

/**
 * @param {string} sku
 * @returns {Promise<Product|null>} null when there is none.
 */
export async function findProduct(sku) {
  const body = await unlessMissing(get(`/products/${encodeURIComponent(sku)}`));
  return body && product(body);
}

/**
 * The products with these skus, as they are now.
 * @param {string[]} skus
 * @returns {Promise<Map<string, Product|null>>}
 */
export async function findProducts(skus) {
  return new Map(await Promise.all(skus.map(async (sku) => /** @type {const} */ ([sku, await findProduct(sku)]))));
}

/**
 * @param {string} sku
 * @returns {Promise<import('./types.js').Sale|null>} null when it is in none.
 */
export function findSale(sku) {
  return unlessMissing(get(`/sales/${encodeURIComponent(sku)}`));
}

/**
 * How many of each can be ordered.
 * @param {string[]} skus
 * @param {AbortSignal} [signal]
 * @returns {Promise<Map<string, Availability>>}
 */
export async function availability(skus, signal) {
  /** @type {Map<string, Availability>} */
  const found = new Map();
  for (let from = 0; from < skus.length; from += SKUS_AT_ONCE) {
    const some = skus.slice(from, from + SKUS_AT_ONCE).map(encodeURIComponent);
    const { items } = await get(`/availability?skus=${some.join(',')}`, { signal });
    for (const item of items) found.set(item.sku, item);
  }
  return found;
}

/** @param {string} sku */
export const pageOf = (sku) => `/product.html?${new URLSearchParams({ sku })}`;

/**
 * Stock in words, and how good the news is.
 * @param {Availability|undefined} stock
 * @returns {{text: string, tone: 'good'|'warn'|'bad'|''}}
 */
export function stockInWords(stock) {
  if (!stock) return { text: '', tone: '' };
  if (stock.more) return { text: 'In stock', tone: 'good' };
  if (stock.available === 0) return { text: 'Sold out', tone: 'bad' };
  return { text: `Only ${stock.available} left`, tone: 'warn' };
}

/**
 * A product's picture, in a frame whose size does not depend on it.
 * @param {Pick<Product, 'sku'|'images'>} product
 * @param {{sizes: string, eager?: boolean}} options
 * @returns {Element}
 */
export function picture({ sku, images }, { sizes, eager = false }) {
  const [image] = images;
  return el('div', { class: 'frame' }, image?.sources?.length ? photo(image, sizes, eager) : still(sku));
}

/**
 * @param {import('./types.js').ProductImage} image
 * @param {string} sizes
 * @param {boolean} eager
 */
function photo(image, sizes, eager) {
  const types = [...new Set(image.sources.map((source) => source.type))];
  const sets = types.map((type) => {
    const some = image.sources.filter((source) => source.type === type);
    return el('source', { type, sizes, srcset: some.map((source) => `${encodeURI(source.url)} ${source.width}w`).join(', ') });
  });
  const img = el('img', {
    alt: image.alt,
    width: image.width,
    height: image.height,
    loading: eager ? 'eager' : 'lazy',
    decoding: 'async',
    fetchpriority: eager ? 'high' : null,
  });
  // The address comes last: once it is there, the browser begins to load, and should know the rest by then.
  const element = el('picture', {}, ...sets, img);
  img.src = encodeURI(image.sources[image.sources.length - 1].url);
  return element;
}
