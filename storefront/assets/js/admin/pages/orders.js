// @ts-check
// Orders: those that need an operator, those of one customer, or all.

import { get } from '../../api.js';
import { byId, el, fill, input, notice, say } from '../../dom.js';
import { text } from '../../money.js';
import { enter, reveal, showTrouble } from '../gate.js';
import { badge } from '../order-words.js';
import { pager } from '../pager.js';
import { moment } from '../times.js';

/** @typedef {import('../types.js').Order} Order */
/** @typedef {{tab: string, query: Record<string, string>|null, words: string, none: string}} View  `query` null: nothing to ask yet. */

const PAGE = '20';
/** So many that need an operator are counted; beyond, there are "more". */
const COUNT_MAX = 50;

const address = new URLSearchParams(location.search);
const customer = address.get('customer')?.trim();

enter(load);

/** @returns {View} What the address asks for. */
function view() {
  if (address.get('list') === 'all') {
    return { tab: 'all', query: { list: 'all' }, words: 'Every order, in no order that means anything: a shop this size does not sort them by time.', none: 'Nobody has ordered anything yet.' };
  }
  if (customer !== undefined) {
    return { tab: 'customer', query: customer ? { customer } : null, words: 'The orders of one customer, newest first. An order’s page names its customer.', none: 'There are no orders of a customer with this id.' };
  }
  return {
    tab: 'needs-operator',
    query: { list: 'needs-operator' },
    words: 'Orders that are past their deadline and that the watchdog could not settle, longest waiting first.',
    none: 'No order waits for an operator. All is well.',
  };
}

async function load() {
  const { tab, query, words, none } = view();
  byId(`tab-${tab}`).setAttribute('aria-current', 'page');
  say(byId('about'), words);
  byId('of-customer').hidden = tab !== 'customer';
  input('customer').value = customer ?? '';
  byId('by-id').addEventListener('submit', openById);
  const [waiting] = await Promise.all([countWaiting(), query && show(query, none)]);
  say(byId('waiting'), waiting);
  byId('waiting').classList.toggle('none', waiting === '0');
  reveal();
}

/** How many need an operator, for the tab; '?' when that is not known. */
async function countWaiting() {
  try {
    const page = await get(`/orders?${new URLSearchParams({ list: 'needs-operator', limit: String(COUNT_MAX) })}`, { auth: true, cache: 'no-store' });
    return `${page.items.length}${page.next_cursor ? '+' : ''}`;
  } catch {
    return '?';
  }
}

/**
 * @param {Record<string, string>} query
 * @param {string} none
 */
async function show(query, none) {
  const more = /** @type {HTMLButtonElement} */ (byId('more'));
  const pages = pager({ path: '/orders', query: { ...query, limit: PAGE }, list: byId('orders'), more, count: byId('count'), noun: ['order', 'orders'], row, trouble: (error) => showTrouble(error) });
  await pages.load();
  if (pages.isEmpty()) fill(byId('nothing'), notice({ tone: 'good', title: 'Nothing here', test: 'empty' }, el('p', {}, none)));
}

/** @param {Event} event */
function openById(event) {
  event.preventDefault();
  const id = input('order-id').value.trim();
  if (id) location.assign(pageOf(id));
  else input('order-id').focus();
}

/** @param {string} id */
const pageOf = (id) => `/admin/order.html?${new URLSearchParams({ id })}`;

/** @param {Order} order */
function row(order) {
  const what = order.items.map(({ quantity, name }) => `${quantity} × ${name}`).join(', ');
  const since = order.admin?.needs_operator_since;
  return el(
    'li',
    { class: 'row', 'data-test': 'order', 'data-id': order.id },
    el(
      'div',
      { class: 'row-main' },
      el('h2', {}, el('a', { href: pageOf(order.id) }, what)),
      el('p', { class: 'hint' }, el('code', {}, order.id)),
      el('p', { class: 'hint' }, 'Placed ', moment(order.created_at), since ? [', needs an operator since ', moment(since)] : null),
    ),
    badge(order),
    el('p', { class: 'amount' }, text(order.total)),
  );
}
