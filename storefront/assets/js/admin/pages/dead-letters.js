// @ts-check
// Messages that nobody could handle: what they say, and giving them back to their queue.

import { get, post } from '../../api.js';
import { button, byId, el, fill, notice, say } from '../../dom.js';
import { act } from '../acts.js';
import { ask } from '../ask.js';
import { enter, reveal, showTrouble } from '../gate.js';
import { moment } from '../times.js';

/** @typedef {import('../types.js').Queue} Queue */
/** @typedef {import('../types.js').Letter} Letter */

/** So long messages take to move before it is worth looking again. */
const MOVING_MS = 2000;
const ORDER_ID = /ord_[0-9a-f]{32}/g;

const again = /** @type {HTMLButtonElement} */ (byId('again'));

enter(async () => {
  again.addEventListener('click', () => act(again, byId('outcome'), load));
  await load();
});

async function load() {
  const { queues } = await get('/dead-letters', { auth: true, cache: 'no-store' });
  show(queues);
  reveal();
}

/** @param {Queue[]} queues */
function show(queues) {
  const full = queues.filter(({ messages }) => messages > 0).sort((one, other) => other.messages - one.messages);
  const letters = full.reduce((sum, { messages }) => sum + messages, 0);
  say(byId('count'), `${letters} dead ${letters === 1 ? 'letter' : 'letters'} in ${queues.length} queues`);
  fill(byId('full'), full.map(section));
  const none = notice({ tone: 'good', title: 'No dead letters', test: 'empty' }, el('p', {}, 'Every message was handled.'));
  fill(byId('message'), full.length === 0 && none);
  const empty = queues.filter(({ messages }) => messages === 0);
  fill(byId('empty'), empty.map(({ queue }) => el('li', { class: 'row', 'data-test': 'queue', 'data-queue': queue }, el('div', { class: 'row-main' }, el('h3', {}, queue)))));
  byId('empty-part').hidden = empty.length === 0;
}

/** @param {Queue} it */
function section(it) {
  const { queue, messages, shown } = it;
  const title = `queue-${queue.replace('/', '-')}`;
  return el(
    'section',
    { class: 'panel', 'aria-labelledby': title, 'data-test': 'queue', 'data-queue': queue },
    el('div', { class: 'panel-head' }, el('h2', { id: title }, queue), el('span', { class: 'badge bad', 'data-test': 'messages' }, `${messages} dead`)),
    el('ol', { class: 'letters' }, shown.map(letter)),
    messages > shown.length && el('p', { class: 'hint' }, `${shown.length} of ${messages} are shown.`),
    el('p', {}, 'First remove the cause: a message that fails again comes back here.'),
    giveBack(it),
  );
}

/** @param {Queue} it */
function giveBack({ queue, messages }) {
  const control = button(`Give ${messages === 1 ? 'it' : `all ${messages}`} back to ${queue}`, press, { class: 'button quiet', 'data-test': 'redrive' });
  async function press() {
    const words = `${messages === 1 ? 'The message goes' : `All ${messages} messages go`} back to ${queue} and are handled again. Have you removed the cause? Otherwise they end up here again.`;
    if (!(await ask({ title: 'Give dead letters back?', words, yes: 'Yes, give them back', no: 'Not yet' }))) return;
    await act(control, byId('outcome'), async () => {
      const [context, name] = queue.split('/');
      const response = await post(`/dead-letters/${encodeURIComponent(context)}/${encodeURIComponent(name)}/redrive`, undefined, { auth: true });
      const { moving } = await response.json();
      setTimeout(lookAgain, MOVING_MS);
      return `${moving} ${moving === 1 ? 'message is' : 'messages are'} on the way back to ${queue}.`;
    });
  }
  return control;
}

function lookAgain() {
  const hadFocus = byId('full').contains(document.activeElement);
  load()
    .then(() => hadFocus && byId('title').focus())
    .catch((error) => showTrouble(error, () => location.reload()));
}

/** @param {Letter} it */
function letter({ id, body, sent_at, receives, reason }) {
  const orders = [...new Set(body.match(ORDER_ID) ?? [])];
  return el(
    'li',
    { class: 'letter', 'data-test': 'letter', 'data-id': id },
    el('p', { class: 'hint' }, 'Sent ', moment(sent_at), `, received ${receives} ${receives === 1 ? 'time' : 'times'}`),
    reason && el('p', { class: 'error' }, reason),
    el('pre', { tabindex: 0, role: 'region', 'aria-label': `Message ${id}` }, pretty(body)),
    orders.map((order) => el('p', {}, 'About ', el('a', { href: `/admin/order.html?${new URLSearchParams({ id: order })}` }, order))),
  );
}

/** @param {string} body  Usually JSON. */
function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
