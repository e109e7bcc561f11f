// @ts-check
// The queues: their depths, five minutes of them, their messages, and a way back for dead letters.

import { button, byId, el, fill, keyed, row, say, set } from './dom.js';
import { get, post } from './feeds.js';
import { Sparkline } from './sparkline.js';
import { clock, count } from './words.js';

/**
 * @typedef {import('./types.js').QueueDepth} QueueDepth
 * @typedef {import('./types.js').QueueView} QueueView
 * @typedef {import('./types.js').Message} Message
 * @typedef {{name: string, queue: QueueDepth, dead: QueueDepth|undefined}} Pair  A queue, and where its dead letters go.
 */

const STANDINGS = { visible: 'ready', in_flight: 'in flight', delayed: 'delayed' };

export class QueuesSection {
  constructor() {
    this.place = byId('queues');
    /** @type {Set<string>} */
    this.open = new Set();
  }

  /** @param {QueueDepth[]} queues */
  read(queues) {
    const pairs = queues.filter(({ dead_letter }) => !dead_letter)
      .map((queue) => ({ name: queue.name, queue, dead: queues.find(({ name }) => name === `${queue.name}-dead`) }));
    byId('queues-loading').hidden = true;
    keyed(this.place, pairs, ({ name }) => name, (pair) => this.#row(pair));
  }

  /** Reads the messages of those that are open. */
  async look() {
    if (this.open.size === 0) return;
    const { queues } = /** @type {{queues: QueueView[]}} */ (await get('/_local/queues'));
    for (const item of this.place.children) /** @type {any} */ (item).messages(queues);
  }

  /** @param {Pair} pair */
  #row({ name }) {
    const spark = new Sparkline(`Depth of ${name}`);
    const figures = el('dl', { class: 'depths' });
    const shown = { ready: cell(figures, 'ready'), in_flight: cell(figures, 'in flight'), delayed: cell(figures, 'delayed'), dead: cell(figures, 'dead') };
    const said = el('p', { class: 'hint', role: 'status' });
    const back = button('Give back', () => giveBack(name, said), { class: 'button small', 'aria-label': `Give back the dead letters of ${name}`, hidden: true });
    const messages = el('div', { class: 'messages' }, el('p', { class: 'hint' }, 'Reading…'));
    const more = el('details', { on: { toggle: () => this.#toggled(name, more.open) } }, el('summary', {}, 'Messages'), messages);
    const element = el('li', { class: 'queue' }, el('h3', {}, name), spark.element, figures, back, said, more);
    const item = row(element, (/** @type {Pair} */ { queue, dead }) => {
      const letters = dead ? dead.ready + dead.in_flight + dead.delayed : 0;
      say(shown.ready, queue.ready);
      say(shown.in_flight, queue.in_flight);
      say(shown.delayed, queue.delayed);
      say(shown.dead, letters);
      element.classList.toggle('has-dead', letters > 0);
      back.hidden = letters === 0;
      spark.add(queue.ready + queue.in_flight + queue.delayed);
    });
    return Object.assign(item, { messages: (/** @type {QueueView[]} */ views) => more.open && showMessages(messages, name, views) });
  }

  /**
   * @param {string} name
   * @param {boolean} open
   */
  #toggled(name, open) {
    if (open) this.open.add(name);
    else this.open.delete(name);
    // If it fails, the next look, which is soon, says so.
    this.look().catch(() => undefined);
  }
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 */
function cell(list, name) {
  const value = el('dd', {}, '0');
  list.append(el('div', { class: name }, el('dt', {}, name), value));
  return value;
}

/**
 * @param {string} name
 * @param {HTMLElement} said
 */
async function giveBack(name, said) {
  try {
    const { moved } = await post(`/_local/queues/${name}/redrive`);
    say(said, `${count(moved, 'message')} given back.`);
  } catch (error) {
    say(said, `They could not be given back: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} name
 * @param {QueueView[]} views
 */
function showMessages(place, name, views) {
  const of = (/** @type {string} */ queue) => views.find((view) => view.name === queue)?.messages ?? [];
  const [alive, dead] = [of(name), of(`${name}-dead`)];
  const version = JSON.stringify([alive, dead]);
  if (place.getAttribute('data-version') === version) return;
  set(place, { 'data-version': version });
  if (alive.length + dead.length === 0) fill(place, el('p', { class: 'hint' }, 'It is empty.'));
  else fill(place, dead.length > 0 && el('h4', {}, 'Dead letters'), dead.map(shownMessage), dead.length > 0 && alive.length > 0 && el('h4', {}, 'Waiting'), alive.map(shownMessage));
}

/** @param {Message} message */
function shownMessage(message) {
  return el('article', { class: 'message' },
    el('p', { class: 'hint' }, `${STANDINGS[message.standing]}, sent at ${clock(message.sent_at)}, received ${count(message.receive_count, 'time')}`),
    el('pre', { tabindex: 0 }, indented(message.body)));
}

/** @param {string} body */
function indented(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
