// @ts-check
// One product: what it is, how many are left, its sale, and the way into the cart.

import { now } from '../api.js';
import { add, change, onChange, QUANTITY_MAX, read } from '../cart.js';
import { byId, button, el, fill, input, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { whileVisible } from '../live.js';
import { LOCALE, text } from '../money.js';
import { explain } from '../problems.js';
import { availability, findProduct, findSale, picture, stockInWords } from '../products.js';

/** @typedef {import('../types.js').Product} Product */
/** @typedef {import('../types.js').Sale} Sale */

const REFRESH_MS = 5000;
const SIZES = '(min-width: 60rem) 34rem, 100vw';
const sku = new URLSearchParams(location.search).get('sku') ?? '';

/** @type {Product|null} */
let product = null;
/** @type {Sale|null} */
let sale = null;
/** @type {import('../types.js').Availability|undefined} */
let stock;
/** @type {number|undefined} The countdown's timer. */
let ticking;

mountHeader();
byId('buy').addEventListener('submit', buy);
input('quantity').addEventListener('input', checkQuantity);
onChange(showInCart);
load();

async function load() {
  fill(byId('message'));
  try {
    // Together, so that the page is shown in one go.
    [product, sale] = sku ? await Promise.all([findProduct(sku), findSale(sku).catch(() => null)]) : [null, null];
  } catch (error) {
    const { title, help } = explain(error);
    showInstead(notice({ tone: 'bad', title, level: 'h1', test: 'error' }, el('p', { role: 'alert' }, help), button('Try again', load)));
    return;
  }
  if (product) {
    showProduct(product);
    learnSale();
    follow();
  } else {
    document.title = 'Not found · Emporium';
    const words = sku ? `There is no product ${sku}. It may have left the shop.` : 'The address names no product.';
    showInstead(notice({ title: 'This shelf is empty', level: 'h1', test: 'not-found' }, el('p', {}, words), linkButton('/', 'See everything in the shop')));
  }
}

/** @param {Element} what */
function showInstead(what) {
  byId('product').hidden = true;
  fill(byId('message'), what);
}

/** @param {Product} found */
function showProduct(found) {
  document.title = `${found.name} · Emporium`;
  byId('product').hidden = false;
  fill(byId('picture'), picture(found, { sizes: SIZES, eager: true }));
  fill(byId('name'), found.name);
  fill(byId('price'), text(found.price));
  fill(byId('description'), found.description);
  byId('product').removeAttribute('aria-busy');
  showInCart();
}

/** Stock and sale, again and again: both change by themselves. */
function follow() {
  let turns = 0;
  whileVisible(async (signal) => {
    // A sale changes less often than stock, except when it is about to.
    const isNear = sale !== null && sale.phase !== 'over';
    await Promise.allSettled([loadStock(signal), turns % 6 === 5 || isNear ? loadSale() : null]);
    turns += 1;
    return REFRESH_MS;
  });
}

/** @param {AbortSignal} signal */
async function loadStock(signal) {
  stock = (await availability([sku], signal)).get(sku);
  const words = stockInWords(stock);
  byId('stock').className = `stock ${words.tone}`;
  say(byId('stock'), words.text);
  checkQuantity();
}

async function loadSale() {
  sale = await findSale(sku);
  learnSale();
}

/** Shows the sale, and lets the cart know of it. */
function learnSale() {
  if (read().lines.some((line) => line.sku === sku && line.alone !== Boolean(sale))) change(sku, { alone: Boolean(sale) });
  showSale();
  checkQuantity();
}

function showSale() {
  const place = byId('sale');
  clearInterval(ticking);
  place.hidden = !sale;
  if (!sale) return;
  const [badge, words] = saleInWords(sale);
  place.className = `sale ${sale.phase}${sale.sold_out ? ' sold-out' : ''}`;
  say(byId('sale-badge'), badge);
  say(byId('sale-words'), words);
  const clock = byId('sale-clock');
  clock.hidden = sale.phase !== 'announced';
  if (sale.phase === 'announced') {
    tick(clock, Date.parse(sale.opens_at));
    ticking = window.setInterval(tick, 1000, clock, Date.parse(sale.opens_at));
  }
}

/**
 * @param {Sale} it
 * @returns {[string, string]} A badge, and a sentence.
 */
function saleInWords(it) {
  const limit = it.per_customer ? ` At most ${it.per_customer} for each customer.` : '';
  const alone = ' It is ordered by itself.';
  if (it.phase === 'over') return ['Sale over', 'This sale has ended, and the product cannot be ordered.'];
  if (it.phase === 'announced') return ['Sale', `Opens ${date(it.opens_at)}.${limit}`];
  if (it.sold_out) return ['Sold out', 'Orders that are not paid give their units back: it is worth looking again in a few minutes.'];
  return ['On sale now', `${it.closes_at ? `Until ${date(it.closes_at)}.` : 'While there are any.'}${limit}${alone}`];
}

/** @param {string} at */
function date(at) {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/**
 * @param {Element} clock
 * @param {number} opens
 */
function tick(clock, opens) {
  const seconds = Math.max(0, Math.ceil((opens - now()) / 1000));
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  const parts = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map((part) => String(part).padStart(2, '0'));
  say(clock, `${days ? `${days} d ` : ''}${parts.join(':')}`);
  if (seconds === 0) {
    clearInterval(ticking);
    loadSale().catch(() => null);
  }
}

/** How many may be taken: what is left, and what the sale allows. */
function most() {
  const left = stock && !stock.more ? stock.available : QUANTITY_MAX;
  return Math.min(left, sale?.per_customer ?? QUANTITY_MAX);
}

function quantity() {
  const typed = input('quantity').value.trim();
  return /^\d{1,5}$/.test(typed) ? Number(typed) : NaN;
}

/** @returns {boolean} Whether what is typed can be put into the cart. */
function checkQuantity() {
  const closed = sale?.phase === 'over';
  const none = closed || most() === 0;
  const wrong = !none && !(quantity() >= 1 && quantity() <= most());
  const add = /** @type {HTMLButtonElement} */ (byId('add'));
  add.disabled = none || !product;
  say(add, closed ? 'Sale over' : none ? 'Sold out' : 'Add to cart');
  input('quantity').setAttribute('aria-invalid', String(wrong));
  say(byId('quantity-hint'), wrong ? (most() < QUANTITY_MAX ? `1 to ${most()} at the moment` : `A whole number, 1 to ${QUANTITY_MAX}`) : '');
  return !none && !wrong;
}

/** @param {Event} event */
function buy(event) {
  event.preventDefault();
  if (!product) return;
  if (!checkQuantity()) return input('quantity').focus();
  const fits = add({ ...product, alone: Boolean(sale) }, quantity());
  say(byId('added'), fits ? `${quantity()} × ${product.name} added.` : 'Your cart has 50 different products, which is all that one order takes.');
}

function showInCart() {
  const line = read().lines.find((one) => one.sku === sku);
  byId('in-cart').hidden = !line;
  if (line) say(byId('in-cart-count'), `${line.quantity} in your cart`);
}
