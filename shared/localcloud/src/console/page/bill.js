// @ts-check
// What the orders so far would have cost, by the price table.

import { byId, el, fill, say, svg } from './dom.js';
import { get, post } from './feeds.js';
import { clock, dollars, number } from './words.js';

/**
 * @typedef {import('./types.js').Bill} Bill
 * @typedef {import('./types.js').BillLine} BillLine
 */

export class BillSection {
  constructor() {
    this.said = byId('bill-said');
    byId('bill-reset').addEventListener('click', () => this.#reset());
    this.shown = '';
  }

  async look() {
    this.#show(await get('/_local/bill'));
  }

  async #reset() {
    try {
      await post('/_local/bill/reset');
      await this.look();
      say(this.said, 'Counting from now on.');
    } catch (error) {
      say(this.said, `It could not be reset: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** @param {Bill} bill */
  #show(bill) {
    const version = JSON.stringify(bill);
    if (version === this.shown) return;
    this.shown = version;
    const per = bill.usd_per_order;
    fill(byId('bill-figures'),
      figure(per === null ? '–' : dollars(per), 'per confirmed order'),
      figure(per === null ? '–' : dollars(per * 1_000_000), 'per million orders'),
      figure(orDash(bill.requests_per_order), 'AWS requests per order'),
      figure(orDash(bill.write_units_per_order), 'write units per order'));
    say(byId('bill-since'), `Since ${clock(bill.since)}: ${number(bill.orders)} orders confirmed, ${dollars(bill.usd)} in all.${
      bill.orders === 0 ? ' Per-order figures come with the first confirmed order.' : ''}`);
    fill(byId('bill-lines'), bars(bill.lines));
    fill(byId('bill-functions'), [...bill.by_function].sort((a, b) => b.requests - a.requests).map((use) => el('tr', {},
      el('th', { scope: 'row' }, use.function),
      [use.invocations, use.requests, use.write_units, use.read_units, use.seconds].map((value) => el('td', {}, number(value))))));
  }
}

/** @param {number|null} value */
function orDash(value) {
  return value === null ? '–' : number(value);
}

/**
 * @param {string} value
 * @param {string} name
 */
function figure(value, name) {
  return el('div', { class: 'figure' }, el('dt', {}, name), el('dd', {}, value));
}

/**
 * The lines as a table whose last column is a bar: it is a chart and its own text alternative.
 * @param {BillLine[]} lines
 */
function bars(lines) {
  const most = Math.max(...lines.map(({ usd }) => usd), Number.MIN_VALUE);
  return [...lines].sort((a, b) => b.usd - a.usd).map((line) => el('tr', {},
    el('th', { scope: 'row' }, line.what), el('td', {}, number(line.count)), el('td', {}, dollars(line.usd)),
    el('td', { class: 'bar-cell' }, svg('svg', { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': true },
      svg('rect', { width: (100 * line.usd) / most, height: 10 })))));
}
