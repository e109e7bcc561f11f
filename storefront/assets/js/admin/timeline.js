// @ts-check
// One story of an order, made of what each context wrote down about it.

import { text } from '../money.js';
import { reasonInWords } from './order-words.js';

/** @typedef {import('./types.js').Order} Order */
/** @typedef {import('./types.js').Around} Around */
/** @typedef {import('./types.js').Moment} Moment */
/** @typedef {'order'|'watchdog'|'event'|'payment'|'mail'} Source */
/** @typedef {{at: string, source: Source, words: string, by?: string, execution?: string, detail?: string}} Entry */

/** @type {Record<string, string>} */
const WHAT = {
  placed: 'Placed',
  parked: 'Parked: the bank asks the customer',
  confirmed: 'Confirmed',
  cancelling: 'The undo begins',
  cancelled: 'Cancelled',
  turn: 'Its turn to pay has come',
  looked: 'Looked, and started the saga again',
  operator: 'Marked: an operator is needed',
  resumed: 'The saga was started again by hand',
};

/** @type {Record<string, string>} */
const BY = { customer: 'the customer', admin: 'an admin', saga: 'the saga', watchdog: 'the watchdog', sale: 'the queue of the sale' };

/** @type {Record<string, string>} */
const LEDGER = { authorized: 'set aside on the card', captured: 'taken', voided: 'let go again', refunded: 'given back' };

/** @type {Record<string, string>} */
export const MAILS = {
  order_confirmed: 'the confirmation',
  order_cancelled: 'that it is cancelled',
  order_action_required: 'that the bank asks',
};

/**
 * Everything that has a time, oldest first. What happened at the same moment stays in the order of cause and effect.
 * @param {Order} order
 * @param {Around|null} around
 * @returns {Entry[]}
 */
export function timeline(order, around) {
  const entries = [...(order.admin?.history ?? []).flatMap((moment) => fromHistory(moment, order)), ...(around ? [...fromPayment(around.payment), ...around.mails.flatMap(fromMail)] : [])];
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/**
 * @param {Moment} moment
 * @param {Order} order
 * @returns {Entry[]}
 */
function fromHistory({ at, what, by, execution, round, event }, order) {
  const source = by === 'watchdog' || what === 'looked' ? 'watchdog' : 'order';
  const details = [round === undefined ? '' : `round ${round}`, what === 'cancelled' ? reasonInWords(order.reason) : ''].filter(Boolean);
  /** @type {Entry[]} */
  const entries = [{ at, source, words: WHAT[what] ?? what, by: by && (BY[by] ?? by), execution, detail: details.join(', ') }];
  if (event) entries.push({ at, source: 'event', words: event.type, detail: event.id });
  return entries;
}

/**
 * @param {import('./types.js').Payment|null} payment
 * @returns {Entry[]}
 */
function fromPayment(payment) {
  if (!payment) return [];
  const { amount, ledger, status, reason, updated_at, payment_intent_id } = payment;
  /** @type {Entry[]} */
  const entries = ledger.map(({ kind, amount_minor, at }) => {
    const sum = text({ amount_minor, currency: amount.currency });
    return { at, source: 'payment', words: `${sum} ${LEDGER[kind] ?? kind}`, detail: payment_intent_id };
  });
  // The ledger has money only: a question and a refusal move none.
  if (status === 'action_required') entries.push({ at: updated_at, source: 'payment', words: 'The bank asks the customer', detail: payment_intent_id });
  if (status === 'declined' || (status === 'canceled' && ledger.length === 0)) {
    entries.push({ at: updated_at, source: 'payment', words: `${status === 'declined' ? 'Declined' : 'Cancelled'}${reason ? `: ${reasonInWords(reason)}` : ''}`, detail: payment_intent_id });
  }
  return entries;
}

/**
 * @param {import('./types.js').Mail} mail
 * @returns {Entry[]}
 */
function fromMail({ template, claimed_at, sent_at }) {
  const what = MAILS[template] ?? template;
  /** @type {Entry[]} */
  const entries = claimed_at ? [{ at: claimed_at, source: 'mail', words: `Taken up to be sent: ${what}` }] : [];
  if (sent_at) entries.push({ at: sent_at, source: 'mail', words: `Sent: ${what}` });
  return entries;
}
