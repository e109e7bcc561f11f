// @ts-check
// The catalogue.

import { byId, button, el, fill, input, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { text } from '../money.js';
import { explain } from '../problems.js';
import { allProducts, availability, pageOf, picture, stockInWords } from '../products.js';
import { asQuery, choose, isLimit, readWish } from '../search.js';

/** @typedef {import('../types.js').Product} Product */

/** More than this wants a search service. */
const PRODUCTS_MAX = 1000;
const SKELETONS = 8;
/** So many pictures are on the first screen; the rest load when they come near. */
const EAGER = 4;
const SIZES = '(min-width: 70rem) 16rem, (min-width: 40rem) 33vw, 50vw';

/** @type {Product[]} */
let products = [];
/** @type {Map<string, HTMLElement>} Cards are made once, and shown, hidden and moved. */
const cards = new Map();
/** @type {Map<string, import('../types.js').Availability>} */
let stock = new Map();
/** Until it is known, "in stock only" leaves nothing out. */
let stockKnown = false;
let complete = false;

const grid = byId('grid');
const status = byId('status');
const message = byId('message');
const sort = /** @type {HTMLSelectElement} */ (byId('sort'));

mountHeader('shop');
showWish(readWish(location.search));
byId('filters').addEventListener('input', changed);
byId('filters').addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('popstate', () => (showWish(readWish(location.search)), show()));
load();

async function load() {
  fill(message);
  products = [];
  complete = false;
  cards.clear();
  fill(grid, ...Array.from({ length: SKELETONS }, skeleton));
  grid.setAttribute('aria-busy', 'true');
  say(status, 'Loading the catalogue…');
  try {
    for await (const page of allProducts(PRODUCTS_MAX)) {
      products.push(...page);
      if (products.length > 0) show();
    }
    complete = true;
    show();
  } catch (error) {
    showError(error);
    return;
  } finally {
    grid.removeAttribute('aria-busy');
  }
  await loadStock();
}

/** Stock is worth having and not worth failing for: without it, cards say nothing of it. */
async function loadStock() {
  const only = input('stock');
  try {
    stock = await availability(products.map((product) => product.sku));
    stockKnown = true;
    for (const product of products) showStock(product.sku);
    show();
  } catch {
    only.disabled = true;
    say(byId('stock-hint'), 'Stock is not known just now.');
  }
}

/** @returns {import('../search.js').Wish} */
function wish() {
  return { q: input('q').value, stock: input('stock').checked, max: input('max').value, sort: sort.value };
}

/** @param {import('../search.js').Wish} wanted */
function showWish(wanted) {
  input('q').value = wanted.q;
  input('stock').checked = wanted.stock;
  input('max').value = wanted.max;
  sort.value = wanted.sort;
}

function changed() {
  const wanted = wish();
  const wrong = !isLimit(wanted.max);
  input('max').setAttribute('aria-invalid', String(wrong));
  say(byId('max-hint'), wrong ? 'A number, such as 20 or 12.50' : '');
  history.replaceState(null, '', location.pathname + asQuery(wanted));
  show();
}

function show() {
  const wanted = wish();
  const inStock = (/** @type {string} */ sku) => !stockKnown || stock.get(sku)?.more || (stock.get(sku)?.available ?? 0) > 0;
  const chosen = choose(products, wanted, inStock);
  // With everything in place already, nothing is moved: the keyboard's focus would be lost.
  const wantedCards = chosen.map((product) => card(product));
  const isSame = grid.children.length === wantedCards.length && wantedCards.every((one, place) => grid.children[place] === one);
  if (!isSame) fill(grid, ...wantedCards);
  if (complete) showCount(chosen.length);
}

/** @param {number} shown */
function showCount(shown) {
  const all = products.length;
  const noun = all === 1 ? 'product' : 'products';
  say(status, shown === all ? `${all} ${noun}` : `${shown} of ${all} ${noun}`);
  if (all === 0) fill(message, notice({ title: 'The shelves are empty', test: 'empty' }, el('p', {}, 'Nothing is on sale yet. Please come back later.')));
  else if (shown === 0) {
    const clear = button('Show everything', () => (showWish(readWish('')), changed(), input('q').focus()), { 'data-test': 'clear' });
    fill(message, notice({ title: 'Nothing fits', test: 'no-match' }, el('p', {}, 'Try another word, or fewer filters.'), clear));
  } else fill(message);
}

/** @param {unknown} error */
function showError(error) {
  const { title, help } = explain(error);
  if (products.length === 0) fill(grid);
  say(status, '');
  fill(message, notice({ tone: 'bad', title, test: 'error' }, el('p', { role: 'alert' }, help), button('Try again', load, { 'data-test': 'retry' })));
}

/** @param {Product} product */
function card(product) {
  let made = cards.get(product.sku);
  if (!made) {
    made = el(
      'li',
      { class: 'card', 'data-test': 'product', 'data-sku': product.sku },
      picture(product, { sizes: SIZES, eager: cards.size < EAGER }),
      el('h2', {}, el('a', { href: pageOf(product.sku) }, product.name)),
      el('p', { class: 'price' }, text(product.price)),
      el('p', { class: 'stock' }),
    );
    cards.set(product.sku, made);
    showStock(product.sku);
  }
  return made;
}

/** @param {string} sku */
function showStock(sku) {
  const line = cards.get(sku)?.querySelector('.stock');
  if (!line) return;
  const words = stockInWords(stock.get(sku));
  line.className = `stock ${words.tone}`;
  say(line, words.text);
}

function skeleton() {
  return el(
    'li',
    { class: 'card skeleton', 'aria-hidden': 'true' },
    el('div', { class: 'frame' }),
    el('h2', {}, el('span', { class: 'bone' }, '\u00a0')),
    el('p', { class: 'price' }, el('span', { class: 'bone short' }, '\u00a0')),
    el('p', { class: 'stock' }, '\u00a0'),
  );
}
