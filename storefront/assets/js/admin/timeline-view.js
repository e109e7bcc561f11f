// @ts-check
// How an order's story looks.

import { el, svg } from '../dom.js';
import { moment } from './times.js';

/** @typedef {import('./timeline.js').Entry} Entry */

/** Drawn on 20 by 20. @type {Record<import('./timeline.js').Source, {name: string, path: string}>} */
const SOURCES = {
  order: { name: 'Order', path: 'M5 2h10v16l-2.5-1.8L10 18l-2.5-1.8L5 18zM8 6.5h4M8 10h4' },
  watchdog: { name: 'Watchdog', path: 'M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z' },
  event: { name: 'Event', path: 'M10 12.5v6M10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM5.2 14.8a6.8 6.8 0 0 1 0-9.6M14.8 5.2a6.8 6.8 0 0 1 0 9.6' },
  payment: { name: 'Payment', path: 'M2 5h16v10H2zM2 8.5h16M5 12h3' },
  mail: { name: 'Mail', path: 'M2 4.5h16v11H2zM2 5.5l8 6 8-6' },
};

/** @param {Entry} entry */
export function entryRow({ at, source, words, by, execution, detail }) {
  const { name, path } = SOURCES[source];
  return el(
    'li',
    { class: `moment from-${source}`, 'data-test': 'moment', 'data-source': source },
    el('span', { class: 'moment-source' }, icon(path), name),
    el('div', { class: 'moment-what' }, el('p', {}, words, by ? el('span', { class: 'soft' }, `, by ${by}`) : null), detail ? el('p', { class: 'hint' }, detail) : null, execution ? el('p', { class: 'hint' }, 'Execution ', el('code', { 'data-test': 'execution' }, execution)) : null),
    el('span', { class: 'hint moment-at' }, moment(at)),
  );
}

/** @param {string} path */
function icon(path) {
  return svg('svg', { viewBox: '0 0 20 20', class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, svg('path', { d: path }));
}
