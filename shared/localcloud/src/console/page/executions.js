// @ts-check
// The list beside the graph: the last executions, and the path of the one that is chosen.

import { button, el, fill, keyed, row, say, set } from './dom.js';
import { between, clock, count, duration, shortId, status } from './words.js';

/** @typedef {import('./types.js').Execution} Execution */

export class Executions {
  /**
   * @param {HTMLElement} place
   * @param {(path: string[]) => void} highlight
   */
  constructor(place, highlight) {
    this.highlight = highlight;
    /** @type {string|null} */
    this.chosen = null;
    /** What the detail shows now, so that it is not made anew twice a second. */
    this.shown = '';
    this.empty = el('p', { class: 'hint' }, 'No execution yet. Place an order, and watch.');
    this.list = el('ul', { class: 'executions', 'aria-label': 'The last executions' });
    this.detail = el('div', { class: 'detail', role: 'region', 'aria-label': 'The chosen execution', hidden: true });
    fill(place, this.empty, this.list, this.detail);
  }

  /**
   * @param {Execution[]} executions
   * @param {string} now
   */
  read(executions, now) {
    this.empty.hidden = executions.length > 0;
    this.executions = executions;
    keyed(this.list, executions, ({ name }) => name, () => this.#row());
    for (const item of this.list.children) /** @type {any} */ (item).tick(now);
    const chosen = executions.find(({ name }) => name === this.chosen);
    if (this.chosen && !chosen) this.choose(null);
    else if (chosen) this.#show(chosen);
  }

  #row() {
    const [badge, order, took, retries] = ['badge', 'order', 'took', 'retries'].map((name) => el('span', { class: name }));
    /** @type {Execution} */
    let current;
    const press = el('button', { type: 'button', class: 'execution', on: { click: () => this.choose(this.chosen === current.name ? null : current.name) } },
      badge, order, took, retries);
    const item = row(el('li', {}, press), (/** @type {Execution} */ execution) => {
      current = execution;
      say(badge, status(execution.status));
      set(badge, { class: `badge ${tone(execution)}` });
      say(order, shortId(execution.order_id));
      set(order, { title: execution.order_id, class: `order ${execution.direction}` });
      say(retries, execution.retries > 0 ? count(execution.retries, 'retry', 'retries') : '');
      set(press, { 'aria-pressed': String(execution.name === this.chosen) });
    });
    const tick = (/** @type {string} */ now) => say(took, duration(between(current.started_at, current.stopped_at ?? now)));
    return Object.assign(item, { tick });
  }

  /** @param {string|null} name */
  choose(name) {
    this.chosen = name;
    this.shown = '';
    for (const item of this.list.children) set(item.children[0], { 'aria-pressed': String(item.getAttribute('data-key') === name) });
    const execution = this.executions?.find((one) => one.name === name);
    this.detail.hidden = !execution;
    if (execution) this.#show(execution);
    else this.highlight([]);
  }

  /** @param {Execution} execution */
  #show(execution) {
    const version = `${execution.name} ${execution.path.length} ${execution.status} ${execution.retries}`;
    if (version === this.shown) return;
    this.shown = version;
    this.highlight(execution.path.map(({ state }) => state));
    fill(this.detail,
      el('h4', {}, 'Order ', el('code', {}, execution.order_id)),
      el('p', { class: 'hint' }, `${execution.direction}, ${status(execution.status)}, began at ${clock(execution.started_at)}, ${count(execution.retries, 'retry', 'retries')}`),
      execution.error && el('div', { class: 'notice bad' }, el('strong', {}, execution.error), execution.cause && el('p', {}, execution.cause)),
      el('ol', { class: 'path' }, execution.path.map((step, index) => el('li', {}, el('span', {}, step.state), ' ', el('span', { class: 'hint' },
        index === 0 ? clock(step.at) : `after ${duration(between(execution.started_at, step.at))}`)))),
      el('p', { class: 'actions' },
        el('a', { href: `/_local/executions/${encodeURIComponent(execution.name)}` }, 'Its history as JSON'),
        button('Close', () => this.choose(null), { class: 'plain' })));
  }
}

/** @param {Execution} execution */
function tone({ status }) {
  return { RUNNING: 'info', SUCCEEDED: 'good', FAILED: 'bad', TIMED_OUT: 'bad' }[status] ?? 'info';
}
