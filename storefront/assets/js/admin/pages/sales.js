// @ts-check
// All sales, with their state.

import { get } from '../../api.js';
import { byId, el, fill, linkButton, notice, say } from '../../dom.js';
import { pageOf } from '../../products.js';
import { enter, reveal } from '../gate.js';
import { badgeOf, saleInWords } from '../sale-words.js';

/** @typedef {import('../../types.js').Sale} Sale */

const ORDER = ['open', 'announced', 'over'];

enter(load);

async function load() {
  const { items } = await get('/sales', { auth: true, cache: 'no-store' });
  const sales = /** @type {Sale[]} */ (items).sort((one, other) => ORDER.indexOf(one.phase) - ORDER.indexOf(other.phase) || Date.parse(one.opens_at) - Date.parse(other.opens_at));
  fill(byId('sales'), sales.map(row));
  if (sales.length === 0) {
    const way = el('p', {}, 'A sale is started on the page of its product.');
    fill(byId('message'), notice({ title: 'There are no sales', test: 'empty' }, way, linkButton('/admin/', 'Choose a product')));
  }
  reveal();
  say(byId('count'), sales.length === 0 ? '' : `${sales.length} ${sales.length === 1 ? 'sale' : 'sales'}`);
}

/** @param {Sale} sale */
function row(sale) {
  const { sku } = sale;
  return el(
    'li',
    { class: 'row', 'data-test': 'sale', 'data-sku': sku },
    el('div', { class: 'row-main' }, el('h2', {}, el('a', { href: `/admin/product.html?${new URLSearchParams({ id: sku })}#sale-panel` }, sku)), el('p', { class: 'hint' }, saleInWords(sale))),
    badgeOf(sale),
    sale.sold_out && el('span', { class: 'badge bad' }, 'Sold out'),
    el('a', { href: pageOf(sku), class: 'row-side' }, 'In the shop', el('span', { class: 'visually-hidden' }, `: ${sku}`)),
  );
}
