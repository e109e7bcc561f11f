// @ts-check
// The customer's orders, newest first.

import { ApiError, get } from '../api.js';
import { here, needCustomer, SignedOut, signIn } from '../auth.js';
import { byId, button, el, fill, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { text } from '../money.js';
import { badge, time } from '../order-view.js';
import { explain } from '../problems.js';

const PAGE = '20';
/** @type {string|null} */
let cursor = null;
let count = 0;

const list = byId('orders');
const more = /** @type {HTMLButtonElement} */ (byId('more'));

mountHeader('orders');
more.addEventListener('click', load);
needCustomer().then(load).catch(showTrouble);

async function load() {
  more.disabled = true;
  fill(byId('message'));
  try {
    const page = await get(`/orders?${new URLSearchParams({ limit: PAGE, ...(cursor && { cursor }) })}`, { auth: true });
    show(page);
  } catch (error) {
    showTrouble(error);
  } finally {
    more.disabled = false;
    list.removeAttribute('aria-busy');
  }
}

/** @param {{items: import('../types.js').Order[], next_cursor?: string}} page */
function show({ items, next_cursor }) {
  if (count === 0) fill(list);
  const rows = items.map(row);
  list.append(...rows);
  // Whoever asked for more goes on reading where it begins.
  if (count > 0) rows[0]?.querySelector('a')?.focus();
  count += items.length;
  cursor = next_cursor ?? null;
  more.hidden = !cursor;
  say(byId('status'), count === 0 ? '' : `${count} ${count === 1 ? 'order' : 'orders'}${cursor ? ' so far' : ''}`);
  if (count === 0 && !cursor) {
    fill(byId('message'), notice({ title: 'No orders yet', test: 'empty' }, el('p', {}, 'What you order will be here.'), linkButton('/', 'See what there is')));
  }
}

/** @param {import('../types.js').Order} order */
function row(order) {
  const what = order.items.map((item) => `${item.quantity} × ${item.name}`).join(', ');
  return el(
    'li',
    { class: 'order-row', 'data-test': 'order', 'data-id': order.id },
    el('h2', {}, el('a', { href: `/order.html?${new URLSearchParams({ id: order.id })}` }, what)),
    el('p', { class: 'order-meta' }, time(order.created_at)),
    badge(order),
    el('p', { class: 'amount' }, text(order.total)),
  );
}

/** @param {unknown} error */
function showTrouble(error) {
  const signedOut = error instanceof SignedOut || (error instanceof ApiError && error.status === 401);
  const { title, help } = explain(error);
  if (count === 0) fill(list);
  const action = signedOut
    ? button('Sign in again', () => signIn(here()), { 'data-test': 'sign-in-again' })
    : button('Try again', load, { 'data-test': 'retry' });
  fill(byId('message'), notice({ tone: 'bad', title, test: 'error' }, el('p', { role: 'alert' }, help), action));
}
