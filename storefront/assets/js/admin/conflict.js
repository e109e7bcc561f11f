// @ts-check
// Two admins have changed the same product: what the other one changed, and the choice between the two.

import { button, byId, el, fill, notice } from '../dom.js';
import { text } from '../money.js';

/** @typedef {import('./types.js').Details} Details */

/** @type {{name: string, of: (details: Details) => string}[]} */
const FIELDS = [
  { name: 'Name', of: ({ name }) => name },
  { name: 'Description', of: ({ description }) => description },
  { name: 'Price', of: ({ price }) => text(price) },
];

/**
 * @param {Details} before  As this page had read it.
 * @param {Details} theirs  As it is now.
 * @param {Details} mine  As it was to be.
 * @param {{keep: () => void, take: () => void}} choice
 */
export function showConflict(before, theirs, mine, { keep, take }) {
  const changed = FIELDS.filter(({ of }) => of(before) !== of(theirs));
  const rows = changed.map(({ name, of }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, name),
      ...[before, theirs, mine].map((details) => el('td', {}, of(details) || '(empty)')),
    ),
  );
  const head = ['What', 'Was', 'Is now', 'Yours'].map((words) => el('th', { scope: 'col' }, words));
  const box = notice(
    { tone: 'warn', title: 'Somebody else has changed this product', test: 'conflict', focusable: true },
    el('p', {}, 'You began from what it was. Yours would replace the whole of it.'),
    el('div', { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': 'What changed' }, el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows))),
    el(
      'div',
      { class: 'actions' },
      button('Save mine over it', keep, { 'data-test': 'conflict-mine' }),
      button('Take what is there', take, { class: 'button quiet', 'data-test': 'conflict-theirs' }),
    ),
  );
  fill(byId('conflict'), box);
  box.focus();
}

export function hideConflict() {
  fill(byId('conflict'));
}
