// @ts-check
// The products, with their stock at a glance.

import { byId, el, fill, input, linkButton, notice, say } from '../../dom.js';
import { LOCALE, text } from '../../money.js';
import { allProducts, availability, picture, stockInWords } from '../../products.js';
import { plain } from '../../search.js';
import { enter, reveal, showTrouble } from '../gate.js';

/** @typedef {import('../../types.js').Product} Product */

/** More than this wants a search service. */
const PRODUCTS_MAX = 1000;
const collator = new Intl.Collator(LOCALE, { numeric: true, sensitivity: 'base' });

/** @type {Product[]} */
let products = [];
/** @type {Map<string, import('../../types.js').Availability>} */
let stock = new Map();
/** @type {Map<string, HTMLElement>} */
const rows = new Map();

enter(load);

async function load() {
  for await (const page of allProducts(PRODUCTS_MAX)) products.push(...page);
  products = products.sort((one, other) => collator.compare(one.name, other.name));
  // Stock is worth having and not worth failing for.
  stock = await availability(products.map(({ sku }) => sku)).catch(() => new Map());
  if (products.length > 0 && stock.size === 0) byId('low').setAttribute('disabled', '');
  byId('filters').addEventListener('input', changed);
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
  input('q').value = new URLSearchParams(location.search).get('q') ?? '';
  show();
  reveal();
  showCount();
  window.addEventListener('pageshow', (event) => event.persisted && reload());
}

/** A page from the browser's memory shows what was: after an edit, "back" should not. */
function reload() {
  products = [];
  rows.clear();
  load().catch((error) => showTrouble(error));
}

function changed() {
  const q = input('q').value.trim();
  history.replaceState(null, '', location.pathname + (q ? `?${new URLSearchParams({ q })}` : ''));
  show();
  showCount();
}

function chosen() {
  const words = plain(input('q').value).split(/\s+/).filter(Boolean);
  const isLow = (/** @type {Product} */ { sku }) => !stock.get(sku)?.more;
  return products.filter((product) => {
    const found = plain(`${product.sku} ${product.name} ${product.description}`);
    return words.every((word) => found.includes(word)) && (!input('low').checked || isLow(product));
  });
}

function show() {
  const some = chosen();
  fill(byId('products'), some.map(row));
  if (products.length === 0) {
    const first = linkButton('/admin/product.html', 'Create the first product');
    fill(byId('message'), notice({ title: 'There are no products yet', test: 'empty' }, el('p', {}, 'Give it a name and a price, then receive some units.'), first));
  } else if (some.length === 0) fill(byId('message'), notice({ title: 'Nothing fits', test: 'no-match' }, el('p', {}, 'Try another word.')));
  else fill(byId('message'));
}

function showCount() {
  const [some, all] = [byId('products').children.length, products.length];
  say(byId('count'), `${some === all ? all : `${some} of ${all}`} ${all === 1 ? 'product' : 'products'}`);
}

/** @param {Product} product */
function row(product) {
  let made = rows.get(product.sku);
  if (!made) rows.set(product.sku, (made = makeRow(product)));
  return made;
}

/** @param {Product} product */
function makeRow(product) {
  const words = stockInWords(stock.get(product.sku));
  return el(
    'li',
    { class: 'row product-row', 'data-test': 'product', 'data-sku': product.sku },
    picture(product, { sizes: '4rem' }),
    el('div', { class: 'row-main' }, el('h2', {}, el('a', { href: `/admin/product.html?${new URLSearchParams({ id: product.sku })}` }, product.name)), el('p', { class: 'hint' }, product.sku)),
    el('p', { class: 'amount' }, text(product.price)),
    el('p', { class: `stock ${words.tone}`, 'data-test': 'stock' }, words.text),
  );
}
