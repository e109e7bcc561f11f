// @ts-check
// An order's state, reasons and history in words, for admins.

import { now } from '../api.js';
import { el } from '../dom.js';
import { isMoving } from '../order-follow.js';

/** @typedef {import('./types.js').Order} Order */
/** @typedef {import('./types.js').Around} Around */

/** @type {Record<string, {words: string, tone: string}>} */
const STATUSES = {
  PENDING: { words: 'In progress', tone: 'info' },
  ACTION_REQUIRED: { words: 'Waits for the bank', tone: 'warn' },
  CANCELLING: { words: 'Being undone', tone: 'warn' },
  CANCELLED: { words: 'Cancelled', tone: 'bad' },
  CONFIRMED: { words: 'Confirmed', tone: 'good' },
  PARTIALLY_FULFILLED: { words: 'Partly sent', tone: 'good' },
  FULFILLED: { words: 'Sent', tone: 'good' },
  PARTIALLY_REFUNDED: { words: 'Partly refunded', tone: 'info' },
  REFUNDED: { words: 'Refunded', tone: 'info' },
};

/** @type {Record<string, string>} */
const REASONS = {
  sold_out: 'sold out',
  hold_expired: 'the hold expired before it was paid',
  payment_declined: 'the card was declined',
  insufficient_funds: 'the card does not have enough on it',
  authentication_failed: 'the bank did not confirm that it is the customer',
  payment_canceled: 'the payment was cancelled',
  deadline_passed: 'the deadline passed',
  cancelled_by_customer: 'cancelled by request',
};

/** @param {string|undefined} reason */
export const reasonInWords = (reason) => REASONS[reason ?? ''] ?? reason ?? '';

/** @param {Order} order */
export function badge({ status }) {
  const { words, tone } = STATUSES[status] ?? { words: status, tone: 'info' };
  return el('span', { class: `badge ${tone}`, 'data-test': 'status', 'data-status': status }, words);
}

/** Whether somebody is asked for, and the order is not through. @param {Order} order */
export const needsOperator = (order) => Boolean(order.admin?.needs_operator_since) && isMoving(order);

/**
 * Where an order stands, in one or two sentences, from what the contexts know of it.
 * @param {Order} order
 * @param {Around|null} around  null: it is not known.
 */
export function whereItStands(order, around) {
  if (order.status === 'CANCELLED') return `It is cancelled: ${reasonInWords(order.reason) || 'no reason is known'}.`;
  if (!isMoving(order)) return 'It is through: stock is committed and the money is taken.';
  if (!around) return 'It is on its way.';
  if (order.status === 'CANCELLING') return `It is being undone. ${undoStep(around)}`;
  if (order.status === 'ACTION_REQUIRED') {
    const isPast = order.admin && Date.parse(order.admin.deadline) < now();
    return isPast ? 'The bank did not hear from the customer before the deadline. The watchdog starts the undo at its next look.' : 'The customer has to confirm with the bank. Nothing is to be done here until then.';
  }
  if (order.queue) return order.queue.waits_for === 'stock' ? 'It is in the queue of a sale, and waits for stock.' : 'It is in the queue of a sale: its stock is held, and it waits for its turn to pay.';
  return forwardStep(around);
}

/** @param {Around} around */
function forwardStep({ payment, holds }) {
  if (holds.length === 0) return 'Its stock is not held yet: the step that comes next is inventory’s.';
  if (holds.some(({ state }) => state === 'released' || state === 'refused')) return 'Its stock is not held any more: the undo comes next.';
  if (!payment) return 'Its stock is held, and Stripe has not answered about the payment yet.';
  if (payment.status === 'declined' || payment.status === 'canceled') return `The payment is ${payment.status}: the undo comes next.`;
  if (holds.some(({ state }) => state === 'held')) return 'The payment is authorized. What is missing: to commit the stock, then to take the money.';
  if (payment.status === 'captured') return 'The money is taken. Only the confirmation is missing.';
  return 'The stock is committed. What is missing: to take the money.';
}

/** @param {Around} around */
function undoStep({ payment, holds }) {
  if (payment?.status === 'captured') return 'The money was taken, and has to be given back first.';
  if (payment && ['authorized', 'action_required'].includes(payment.status)) return 'It waits for Stripe to cancel the payment; nothing is released before that.';
  if (holds.some(({ state }) => state === 'held' || state === 'committed')) {
    return payment ? 'No money is on the way any more. What is missing: to release the stock.' : 'Its stock is still held, and of its payment nothing is known here yet.';
  }
  return 'Money and stock are let go. Only the last step is missing.';
}
