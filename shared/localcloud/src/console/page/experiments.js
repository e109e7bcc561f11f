// @ts-check
// A few things to try. Each step that can be done from here is a button.

import { advance, placeOrders } from './actions.js';
import { button, byId, el, fill } from './dom.js';
import { HEALED } from './faults.js';

/**
 * @typedef {import('./types.js').Faults} Faults
 * @typedef {{words: string, press?: () => void}} Step
 * @typedef {{name: string, steps: Step[]}} Experiment
 */

const MINUTE = 60;

/**
 * @param {(change: Partial<Faults>) => void} change
 * @param {() => void} check
 */
export function showExperiments(change, check) {
  fill(byId('experiments'), experiments(change, check).map(({ name, steps }) => el('details', { class: 'experiment' },
    el('summary', {}, name),
    el('ol', {}, steps.map(({ words, press }) => el('li', {}, press ? button(words, press, { class: 'button small quiet' }) : words))))));
}

/**
 * @param {(change: Partial<Faults>) => void} change
 * @param {() => void} check
 * @returns {Experiment[]}
 */
function experiments(change, check) {
  const orders = (/** @type {number} */ count, card = 'visa') => ({
    words: `Place ${count} ${count === 1 ? 'order' : 'orders'}${{ declined: ', card declined', '3ds': ' with 3-D Secure' }[card] ?? ''}`,
    press: () => void placeOrders(count, card),
  });
  const clock = (/** @type {number} */ minutes) => ({
    words: `Advance the clock by ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`,
    press: () => void advance(minutes * MINUTE),
  });
  const heal = { words: 'Heal all', press: () => change(HEALED) };
  const verify = { words: 'Check the invariants', press: check };
  const breaks = (/** @type {string} */ words, /** @type {Partial<Faults>} */ what) => ({ words, press: () => change(what) });
  return [
    { name: 'Stripe goes away', steps: [
      breaks('Take Stripe down', { stripe: 'down' }), orders(10),
      { words: 'Watch executions stop at the payment, and the orders stay pending.' },
      clock(1), { words: 'Watch the watchdog start them again. Stripe is still down.' },
      heal, clock(2), { words: 'Now they go through. (Had it lasted for half an hour, past their deadline, they would have been undone.)' }, verify,
    ] },
    { name: 'A card is declined', steps: [
      orders(1, 'declined'), { words: 'Watch it turn off into the undo: what was held is given back, and a mail says so.' }, verify,
    ] },
    { name: 'A function dies in the middle of its work', steps: [
      breaks('Kill inventory/commit-stock', { killed: ['inventory/commit-stock'] }), orders(10),
      { words: 'Watch the step be tried again, and the executions fail there.' },
      heal, clock(1), { words: 'Watch each order go through from the beginning: what was done is not done again.' }, verify,
    ] },
    { name: 'Everything arrives twice', steps: [
      breaks('Messages and webhooks twice', { messages: 'twice', webhooks: 'twice' }), orders(10),
      { words: 'Watch the mails: one per order.' }, heal, verify,
    ] },
    { name: 'The customer never comes back', steps: [
      orders(1, '3ds'), { words: 'It is parked: the bank wants to see the customer.' },
      clock(30), { words: 'Past its deadline, the watchdog has it undone, and its stock is free again.' }, verify,
    ] },
  ];
}
