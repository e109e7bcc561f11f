// @ts-check
// What is known of an order and has no place in its story, because it says how something is and not when it came about.

import { el } from '../dom.js';
import { text } from '../money.js';
import { reasonInWords } from './order-words.js';
import { moment } from './times.js';

/** @typedef {import('./types.js').Order} Order */

/** @type {Record<string, {words: string, tone: string}>} */
const HOLDS = {
  held: { words: 'Held', tone: 'info' },
  committed: { words: 'Committed', tone: 'good' },
  released: { words: 'Released', tone: 'warn' },
  refused: { words: 'Refused', tone: 'bad' },
};

/**
 * @param {Order} order
 * @returns {Node[]}
 */
export function orderFacts(order) {
  const { id, admin, created_at, updated_at, total, reason, queue } = order;
  return [
    ...fact('Number', el('code', { 'data-test': 'order-id' }, id)),
    ...fact('Total', el('span', { 'data-test': 'total' }, text(total))),
    ...(admin ? fact('Customer', el('a', { href: `/admin/orders.html?${new URLSearchParams({ customer: admin.customer_id })}` }, admin.customer_id)) : []),
    ...(admin ? fact('Mails go to', admin.email) : []),
    ...(admin ? fact('Payment method', el('code', {}, admin.payment_method)) : []),
    ...fact('Placed', moment(created_at)),
    ...fact('Last change', moment(updated_at)),
    ...(admin ? fact('Deadline', moment(admin.deadline)) : []),
    ...(admin ? fact('Version', String(admin.version)) : []),
    ...(admin ? fact('Looks of the watchdog', String(admin.watch_round)) : []),
    ...(admin?.needs_operator_since ? fact('Needs an operator since', moment(admin.needs_operator_since)) : []),
    ...(reason ? fact('Why it is cancelled', reasonInWords(reason)) : []),
    ...(queue ? fact('In the queue of a sale', queue.position ? `for its turn, place ${queue.position}` : 'for stock') : []),
  ];
}

/** @param {import('./types.js').Payment|null} payment */
export function paymentFacts(payment) {
  if (!payment) return fact('Payment', 'Nothing was decided yet');
  const { status, amount, payment_intent_id, reason, updated_at } = payment;
  return [
    ...fact('Payment', el('span', { 'data-test': 'payment-status' }, `${status}${reason ? `: ${reasonInWords(reason)}` : ''}`)),
    ...fact('Amount', text(amount)),
    ...fact('Stripe’s intent', el('code', {}, payment_intent_id)),
    ...fact('Since', moment(updated_at)),
  ];
}

/** @param {import('./types.js').Hold[]} holds */
export function holdRows(holds) {
  return holds.map(({ sku, quantity, shard, state, reason, expires_at }) => {
    const { words, tone } = HOLDS[state] ?? { words: state, tone: 'info' };
    return el(
      'li',
      { class: 'hold', 'data-test': 'hold', 'data-state': state },
      el('span', { class: `badge ${tone}` }, words),
      el('p', {}, `${quantity} × `, el('a', { href: `/admin/product.html?${new URLSearchParams({ id: sku })}` }, sku)),
      el('p', { class: 'hint' }, `Shard ${shard}`, reason ? `; ${reasonInWords(reason)}` : null, '; ', state === 'held' ? 'expires ' : 'would have expired ', moment(expires_at)),
    );
  });
}

/**
 * @param {string} name
 * @param {string|Node} value
 */
const fact = (name, value) => [el('dt', {}, name), el('dd', {}, value)];
