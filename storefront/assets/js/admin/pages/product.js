// @ts-check
// One product: what it is, its pictures, its stock, its sale. Without an id in the address: a new one.

import { byId, el, input, linkButton, notice, say } from '../../dom.js';
import { pageOf } from '../../products.js';
import { mountDetails, mountNew, readProduct, showName } from '../details.js';
import { enter, reveal, showInstead, showTrouble } from '../gate.js';
import { mountImages } from '../images.js';
import { mountSale } from '../sale.js';
import { mountStock } from '../stock.js';

const id = new URLSearchParams(location.search).get('id') ?? '';

/** The id of a removed product, with which the form of a new one begins. */
const again = new URLSearchParams(location.search).get('again') ?? '';

enter(id ? open : openNew);

async function openNew() {
  showName('New product');
  input('sku').value = again;
  input('currency').value = 'EUR';
  say(byId('save'), 'Create the product');
  mountNew((sku) => location.replace(`/admin/product.html?${new URLSearchParams({ id: sku })}`));
  for (const part of ['remove', 'in-shop', 'pictures', 'stock-panel', 'sale-panel', 'ledger-panel']) byId(part).hidden = true;
  reveal();
}

async function open() {
  const read = await readProduct(id);
  if (!read) return showGone(`There is no product ${id}`);
  input('sku').value = id;
  input('sku').readOnly = true;
  byId('in-shop').setAttribute('href', pageOf(id));
  mountDetails(id, read, { changed: ({ name }) => showName(name), removed: () => showGone(`${id} is removed`) });
  // Each part can fail by itself; together, so that they come in one go.
  const parts = await Promise.allSettled([mountImages(id), mountStock(id), mountSale(id)]);
  showName(read.details.name);
  reveal();
  for (const part of parts) if (part.status === 'rejected') showTrouble(part.reason);
}

/** @param {string} title */
function showGone(title) {
  document.title = 'No such product · Back office · Emporium';
  say(byId('title'), id);
  showInstead(
    notice(
      { title, test: 'not-found' },
      el('p', {}, 'It is not in the shop. Its stock and its orders stay known.'),
      el('div', { class: 'actions' }, linkButton('/admin/', 'All products'), linkButton(`/admin/product.html?${new URLSearchParams({ again: id })}`, 'Create it', 'quiet')),
    ),
  );
}
