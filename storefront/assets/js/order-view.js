// @ts-check
// How an order looks: its state in words, its steps, its lines.

import { el } from './dom.js';
import { LOCALE, text, times } from './money.js';
import { isLate } from './order-follow.js';
import { explainReason } from './problems.js';
import { pageOf } from './products.js';

/** @typedef {import('./types.js').Order} Order */
/** @typedef {'done'|'now'|'next'|'failed'} StepState */

/** @type {Record<string, {badge: string, tone: string, words: string}>} */
const STATUSES = {
  PENDING: { badge: 'In progress', tone: 'info', words: 'We are setting your goods aside and taking the payment. This takes a moment.' },
  ACTION_REQUIRED: { badge: 'Waiting for you', tone: 'warn', words: 'Your bank wants to know that it is you.' },
  CANCELLING: { badge: 'Being cancelled', tone: 'warn', words: 'The order is being undone. Nothing stays held, and nothing stays charged.' },
  CANCELLED: { badge: 'Cancelled', tone: 'bad', words: '' },
  CONFIRMED: { badge: 'Confirmed', tone: 'good', words: 'Thank you! The order is paid, and a mail is on its way to you.' },
  PARTIALLY_FULFILLED: { badge: 'Partly sent', tone: 'good', words: 'A part of your order is on its way.' },
  FULFILLED: { badge: 'Sent', tone: 'good', words: 'Your order is on its way.' },
  PARTIALLY_REFUNDED: { badge: 'Partly refunded', tone: 'info', words: 'A part of the money has been given back.' },
  REFUNDED: { badge: 'Refunded', tone: 'info', words: 'The money has been given back.' },
};

/** @param {Order} order */
export function inWords(order) {
  const known = STATUSES[order.status] ?? { badge: order.status, tone: 'info', words: '' };
  if (order.status === 'CANCELLED') {
    const { title, help } = explainReason(order.reason);
    return { ...known, words: `${title}. ${help}` };
  }
  if (isLate(order)) {
    return { ...known, words: 'This takes longer than it should. You need not do anything: the order is safe, nothing is charged twice, and somebody will look at it.' };
  }
  if (order.queue) return { ...known, words: queueInWords(order.queue) };
  return known;
}

/** @param {import('./types.js').Queue} queue */
function queueInWords({ waits_for, position, estimated_seconds }) {
  if (waits_for === 'stock') return 'You are in the queue. Whether there is one for you is known in a second or two.';
  const place = position ? ` Your place in the queue: ${new Intl.NumberFormat(LOCALE).format(position)}.` : '';
  return `It is held for you, and paid when it is your turn.${place}${estimated_seconds ? ` ${about(estimated_seconds)}.` : ''}`;
}

/** @param {number} seconds */
function about(seconds) {
  if (seconds < 60) return `About ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const minutes = Math.round(seconds / 60);
  return `About ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}

/** @param {Order} order */
export function badge(order) {
  const { badge: words, tone } = inWords(order);
  return el('span', { class: `badge ${tone}`, 'data-test': 'status', 'data-status': order.status }, words);
}

/** Placed, paid, confirmed: how far it has come. @param {Order} order */
export function steps(order) {
  const paying = order.status === 'ACTION_REQUIRED' ? 'Paying: your bank is asking' : order.queue ? 'In the queue' : 'Paying';
  const isOver = order.status === 'CANCELLED';
  const isLeaving = order.status === 'CANCELLING';
  const isThrough = !isOver && !isLeaving && !['PENDING', 'ACTION_REQUIRED'].includes(order.status);
  /** @type {[string, StepState][]} */
  const all = [
    ['Placed', 'done'],
    [isThrough ? 'Paid' : isOver || isLeaving ? 'Not paid' : paying, isThrough ? 'done' : isOver || isLeaving ? 'failed' : 'now'],
    isOver || isLeaving ? [isOver ? 'Cancelled' : 'Cancelling', isOver ? 'failed' : 'now'] : ['Confirmed', isThrough ? 'done' : 'next'],
  ];
  if (order.status.endsWith('FULFILLED')) all.push(['Sent', order.status === 'FULFILLED' ? 'done' : 'now']);
  if (order.status.endsWith('REFUNDED')) all.push(['Refunded', order.status === 'REFUNDED' ? 'done' : 'now']);
  return all.map(([words, state]) =>
    el('li', { class: `step ${state}`, 'aria-current': state === 'now' ? 'step' : null }, el('span', { class: 'dot', 'aria-hidden': 'true' }), el('span', {}, words), el('span', { class: 'visually-hidden' }, `, ${STATES[state]}`)),
  );
}

/** @type {Record<StepState, string>} */
const STATES = { done: 'done', now: 'in progress', next: 'to come', failed: 'did not happen' };

/** @param {Order} order */
export function lines(order) {
  return order.items.map(({ sku, name, quantity, unit_price }) =>
    el(
      'li',
      { class: 'summary-line' },
      el('span', { class: 'summary-name' }, `${quantity} × `, el('a', { href: pageOf(sku) }, name)),
      el('span', { class: 'amount' }, text(times(unit_price, quantity))),
    ),
  );
}

/** @param {string} at */
export function time(at) {
  const words = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
  return el('time', { datetime: at }, words);
}
