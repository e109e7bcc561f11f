// @ts-check
// What one can do to the cloud besides breaking it: place orders, advance its clock, check the shop's promises.

import { byId, el, fill, say } from './dom.js';
import { post } from './feeds.js';
import { clock, count } from './words.js';

/** What a check looks at. It follows `scripts/shop/src/invariants.rs`. */
const CHECKED = [
  'Orders: each went through its statuses in an order that exists.',
  'Stock: of each product, what came in is what can be ordered, is held, is committed or was written off. Nothing is sold twice.',
  'Money: each order has one payment at most, and the ledger says what Stripe says. Confirmed orders are paid once, cancelled ones not at all.',
  'Between contexts: confirmed orders have their committed stock, cancelled ones hold nothing, and nothing is held or charged for no order.',
  'Mails: each that is written down as sent was sent, and once. No event was given up.',
];

/** @param {() => {orders: Record<string, number>, running: number}} now  What the page knows of orders. */
export function startActions(now) {
  for (const press of document.querySelectorAll('[data-orders]')) {
    press.addEventListener('click', () => placeOrders(Number(press.getAttribute('data-orders')), chosenCard()));
  }
  for (const press of document.querySelectorAll('[data-advance]')) {
    press.addEventListener('click', () => advance(Number(press.getAttribute('data-advance'))));
  }
  byId('check').addEventListener('click', () => check(now));
}

/**
 * @param {number} orders
 * @param {string} card
 */
export function placeOrders(orders, card) {
  return tell('orders-said', async () => {
    const { placed } = await post('/_local/orders', { count: orders, card });
    return placed === orders ? `${count(placed, 'order')} placed.` : `${placed} of ${count(orders, 'order')} placed: the shop refused the others.`;
  });
}

/** @param {number} seconds */
export function advance(seconds) {
  return tell('clock-said', async () => {
    const { now } = await post('/_local/clock/advance', { seconds });
    return `The cloud's clock says ${clock(now)}.`;
  });
}

/** @param {() => {orders: Record<string, number>, running: number}} now */
export async function check(now) {
  const answer = byId('check-answer');
  fill(answer, 'Checking…');
  try {
    const { violations } = /** @type {{violations: string[]}} */ (await post('/_local/check'));
    const { orders, running } = now();
    const all = Object.values(orders).reduce((sum, some) => sum + some, 0);
    fill(answer, violations.length === 0 ? kept(all, running) : broken(violations, running));
  } catch (error) {
    fill(answer, el('p', { class: 'notice bad' }, `It could not be checked: ${/** @type {Error} */ (error).message}`));
  }
}

/**
 * @param {number} orders
 * @param {number} running
 */
function kept(orders, running) {
  return el('div', { class: 'notice good' },
    el('strong', {}, 'No oversell, no double charge, no lost order.'),
    el('p', {}, `${count(orders, 'order')} checked${running > 0 ? `, ${count(running, 'execution')} still running` : ''}.`),
    el('details', {}, el('summary', {}, 'What was checked'), el('ul', { class: 'bullets' }, CHECKED.map((what) => el('li', {}, what)))));
}

/**
 * @param {string[]} violations
 * @param {number} running
 */
function broken(violations, running) {
  return el('div', { class: 'notice bad' },
    el('strong', {}, `${count(violations.length, 'violation')}:`),
    el('ul', { class: 'bullets' }, violations.map((violation) => el('li', {}, violation))),
    running > 0 && el('p', {}, `${count(running, 'execution')} still running. Payments and mails agree only once all is at rest: check again then.`));
}

function chosenCard() {
  return /** @type {HTMLInputElement|null} */ (document.querySelector('input[name="card"]:checked'))?.value ?? 'visa';
}

/**
 * Says below a control what came of it.
 * @param {string} id
 * @param {() => Promise<string>} work
 */
async function tell(id, work) {
  const said = byId(id);
  said.classList.remove('error');
  try {
    say(said, await work());
  } catch (error) {
    said.classList.add('error');
    say(said, `That did not work: ${/** @type {Error} */ (error).message}`);
  }
}
