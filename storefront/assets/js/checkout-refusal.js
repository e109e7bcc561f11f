// @ts-check
// An order that was not taken: why, and what to do about it.

import { ApiError } from './api.js';
import { here, SignedOut, signIn } from './auth.js';
import { change, startAnew } from './cart.js';
import { asFaults, showFaults } from './checkout-form.js';
import { chosen, refresh } from './checkout-summary.js';
import { button, el, linkButton, notice } from './dom.js';
import { explain } from './problems.js';
import { findSale, pageOf } from './products.js';

/**
 * @param {unknown} error
 * @param {(what: Element|null) => void} show  Shows a notice, or none.
 */
export async function showRefusal(error, show) {
  if (error instanceof ApiError && error.errors.length > 0) {
    show(null);
    return showFaults(asFaults(error.errors));
  }
  const words = { ...explain(error) };
  const slug = error instanceof ApiError ? error.slug : '';
  if (slug === 'price-changed') await learnPrices(words);
  // Which product is in a sale is not in the answer's fields, so each is looked up.
  if (slug.startsWith('sale-')) await learnSales();
  if (slug === 'unknown-sku') await refresh().catch(() => null);
  const detail = error instanceof ApiError && SAYS_MORE.includes(slug) ? error.detail : '';
  show(notice({ tone: slug === 'price-changed' ? 'warn' : 'bad', title: words.title, test: 'refusal', focusable: true },
    el('p', { role: 'alert', 'data-problem': slug || null }, words.help),
    detail && el('p', {}, detail),
    el('div', { class: 'actions' }, actions(error, slug, show))));
}

/** Whose detail names a product or a number that the words above lack. */
const SAYS_MORE = ['customer-limit', 'sold-out', 'sale-over', 'unknown-sku', 'other-currency', 'sale-alone'];

/**
 * @param {unknown} error
 * @param {string} slug
 * @param {(what: Element|null) => void} show
 */
function actions(error, slug, show) {
  const signedOut = error instanceof SignedOut || (error instanceof ApiError && error.status === 401);
  if (signedOut) return button('Sign in again', () => signIn(here()), { 'data-test': 'sign-in-again' });
  if (slug === 'idempotency-key-reused') {
    return [
      linkButton('/orders.html', 'See my orders'),
      button('Start a new order', () => (startAnew(), show(null)), { class: 'button quiet', 'data-test': 'start-anew' }),
    ];
  }
  const sku = chosen()[0]?.sku;
  if (slug === 'sale-not-open' && sku) return linkButton(pageOf(sku), 'See when it opens', 'quiet');
  if (slug === 'customer-limit') return [linkButton('/cart.html', 'Change the cart', 'quiet'), linkButton('/orders.html', 'See my orders', 'quiet')];
  return slug && slug !== 'price-changed' && slug !== 'queue-full' && linkButton('/cart.html', 'Go to the cart', 'quiet');
}

/** @param {{title: string, help: string}} words */
async function learnPrices(words) {
  const isOther = await refresh().catch(() => false);
  if (!isOther) {
    words.help = 'The new price is just on its way to this page. Nothing was ordered: please try again in a moment.';
  }
}

async function learnSales() {
  await Promise.allSettled(chosen().map(async ({ sku }) => change(sku, { alone: (await findSale(sku)) !== null })));
}
