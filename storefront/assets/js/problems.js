// @ts-check
// Errors and reasons in words: what it means, and what to do. The types are those of docs/API-ERRORS.md.

import { ApiError } from './api.js';
import { SignedOut, SignInFailed } from './auth.js';
import { NoAnswer } from './http.js';

/** @typedef {{title: string, help: string}} Words */

/** @type {Record<string, Words>} */
const PROBLEMS = {
  'customer-limit': {
    title: 'That is more than one customer can have',
    help: 'This sale has a limit for each customer, and your earlier orders count. Order fewer, or cancel an order that is not paid.',
  },
  'idempotency-key-reused': {
    title: 'An order was already placed',
    help: 'An earlier attempt to check out went through, and it differs from what you see here. Look at your orders first. If you want this order as well, start a new one.',
  },
  'invalid-request': { title: 'Some of this needs another look', help: 'Please correct what is marked.' },
  'not-found': { title: 'There is no such thing', help: 'It may have been removed, or the address is mistyped.' },
  'not-waiting': { title: 'The bank is not waiting any more', help: 'The payment has gone on without it.' },
  'order-confirmed': { title: 'Too late to cancel', help: 'The order is confirmed and goes through.' },
  'other-currency': {
    title: 'These are not sold in one currency',
    help: 'One order is paid in one currency. Go to the cart, and check out each part by itself.',
  },
  'price-changed': { title: 'The price has changed', help: 'This is the new total. Nothing was ordered yet: place the order if it suits you.' },
  'queue-full': {
    title: 'Too many people are waiting to pay',
    help: 'Your order would not be through in time, so it was not taken. Your cart is kept: try again in a minute.',
  },
  'sale-alone': {
    title: 'A product in a sale is ordered by itself',
    help: 'Your cart has been split: place one order for the product in the sale, and another for the rest.',
  },
  'sale-not-open': { title: 'The sale has not opened yet', help: 'Your cart is kept. The product’s page counts down to the opening.' },
  'sale-over': { title: 'The sale is over', help: 'The product cannot be ordered any more. Take it out of your cart to go on.' },
  'sold-out': {
    title: 'Sold out, for the moment',
    help: 'Orders that are not paid give their units back, so it is worth trying again in a few minutes.',
  },
  'total-out-of-range': { title: 'This total cannot be charged at once', help: 'It is too small or too large for a card. Change what is in the cart.' },
  'unknown-sku': { title: 'Something is not sold any more', help: 'A product has left the shop since you put it in the cart. Take it out to go on.' },
};

/** @type {Record<number, Words>} By status, for answers without a type. */
const STATUSES = {
  401: { title: 'Please sign in again', help: 'Your session has ended. What you typed is kept.' },
  403: { title: 'Your account may not do this', help: 'Sign out, and sign in as a customer.' },
  404: PROBLEMS['not-found'],
  413: { title: 'That is too much at once', help: 'Take some of it out, and try again.' },
  429: { title: 'The shop is very busy', help: 'Wait a moment, and try again.' },
};

/** @type {Words} */
const BUSY = { title: 'The shop is busy', help: 'It did not manage to answer. Try again in a moment.' };
/** @type {Words} */
const FAULT = { title: 'Something went wrong on our side', help: 'Trying again may help. If it does not, please come back later.' };

/**
 * @param {unknown} error
 * @returns {Words}
 */
export function explain(error) {
  if (error instanceof NoAnswer) {
    return error.kind === 'offline'
      ? { title: 'You are offline', help: 'Connect to the internet, and try again.' }
      : { title: 'The shop does not answer', help: 'Check your connection, and try again.' };
  }
  if (error instanceof SignedOut) return STATUSES[401];
  if (error instanceof SignInFailed) return { title: 'The sign-in did not work', help: error.message };
  if (!(error instanceof ApiError)) return FAULT;
  if (PROBLEMS[error.slug]) return PROBLEMS[error.slug];
  if (STATUSES[error.status]) return STATUSES[error.status];
  if (error.status === 503) return BUSY;
  return error.status < 500 && error.detail ? { title: 'That did not work', help: error.detail } : FAULT;
}

/** @typedef {Words & {action: 'card'|'again'}} Reason  What suits best: another card, or the same once more. */

/** @type {Record<string, Reason>} */
const REASONS = {
  sold_out: { title: 'Sold out', help: 'Somebody was faster: not enough was left. Nothing was charged.', action: 'again' },
  hold_expired: {
    title: 'It was held for you, but not for ever',
    help: 'The payment took so long that the goods went back on sale. Nothing was charged. Order again while there is stock.',
    action: 'again',
  },
  payment_declined: { title: 'Your card was declined', help: 'Nothing was charged. Try another card, or ask your bank.', action: 'card' },
  insufficient_funds: { title: 'The card does not have enough on it', help: 'Nothing was charged. Try another card.', action: 'card' },
  authentication_failed: {
    title: 'Your bank did not confirm that it is you',
    help: 'Nothing was charged. Try again, or use another card.',
    action: 'card',
  },
  payment_canceled: { title: 'The payment was cancelled', help: 'Nothing was charged. You can pay with another card.', action: 'card' },
  deadline_passed: { title: 'It took too long', help: 'The order was not paid in time and was undone. Nothing was charged. Order again.', action: 'again' },
  cancelled_by_shop: { title: 'We had to cancel this order', help: 'Nothing stays charged, and nothing stays held.', action: 'again' },
  cancelled_by_customer: { title: 'You cancelled this order', help: 'Nothing stays charged, and nothing stays held.', action: 'again' },
};

/**
 * Why an order is cancelled, and what to do about it.
 * @param {string|undefined} reason
 * @returns {Reason}
 */
export function explainReason(reason) {
  return REASONS[reason ?? ''] ?? { title: 'This order was cancelled', help: 'Nothing stays charged.', action: 'again' };
}
