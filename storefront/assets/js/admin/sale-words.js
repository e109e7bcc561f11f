// @ts-check
// A sale's state, for admins.

import { el } from '../dom.js';
import { momentInWords } from './times.js';

/** @typedef {import('../types.js').Sale} Sale */

const PHASES = {
  announced: { words: 'Announced', tone: 'info' },
  open: { words: 'Open', tone: 'good' },
  over: { words: 'Over', tone: 'bad' },
};

/** @param {Sale|null} sale */
export function badgeOf(sale) {
  const { words, tone } = sale ? PHASES[sale.phase] : { words: 'No sale', tone: 'info' };
  return el('span', { class: `badge ${tone}`, 'data-test': 'sale-phase', 'data-phase': sale?.phase ?? 'none' }, words);
}

/** @param {Sale|null} sale */
export function saleInWords(sale) {
  if (!sale) return 'The product is sold as always. In a sale it is sold alone, within the times you set, and its orders wait in a queue.';
  const until = sale.closes_at ? ` until ${momentInWords(sale.closes_at)}` : '';
  const limit = sale.per_customer ? ` At most ${sale.per_customer} for each customer.` : '';
  const soldOut = sale.sold_out ? ' Nothing was left a moment ago.' : '';
  if (sale.phase === 'announced') return `Opens ${momentInWords(sale.opens_at)}${until && `, and is open${until}`}.${limit} Until then it cannot be ordered.`;
  if (sale.phase === 'open') return `Open since ${momentInWords(sale.opens_at)}${until}.${limit}${soldOut}`;
  return `Over since ${momentInWords(sale.closes_at ?? sale.opens_at)}. The product cannot be ordered until the sale is opened again, or ended.`;
}
