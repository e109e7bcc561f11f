// @ts-check
// One order: all that is known of it, its story, and what can be done about it.

import { ApiError, now, post } from '../../api.js';
import { byId, el, fill, linkButton, notice, say } from '../../dom.js';
import { whileVisible } from '../../live.js';
import { follow, isMoving } from '../../order-follow.js';
import { lines } from '../../order-view.js';
import { act } from '../acts.js';
import { readAround } from '../around.js';
import { ask } from '../ask.js';
import { holdRows, orderFacts, paymentFacts } from '../facts.js';
import { enter, reveal, showInstead, showTrouble } from '../gate.js';
import { badge, needsOperator, whereItStands } from '../order-words.js';
import { entryRow } from '../timeline-view.js';
import { timeline } from '../timeline.js';

/** @typedef {import('../types.js').Order} Order */
/** @typedef {import('../types.js').Around} Around */

const id = new URLSearchParams(location.search).get('id') ?? '';
const AROUND_MS = 3000;
/** After an order is through, its mail is still on its way for a while. */
const SETTLES_MS = 30_000;

/** @type {Order|null} */
let order = null;
/** @type {Around|null} */
let around = null;
/** What is on the page: an answer that says the same changes nothing, so that no focus is lost. */
let shown = '';
let following = new AbortController();
/** Ends all looking: there is nothing to see. */
const end = new AbortController();

byId('resume').addEventListener('click', resume);
byId('cancel').addEventListener('click', cancel);
enter(start);

async function start() {
  if (!id) return showNone();
  await Promise.all([watch(), followAround()]);
}

/** Follows the order, from now on. Whoever did before, stops. */
function watch() {
  following.abort();
  following = new AbortController();
  return follow(id, learn, fail, following.signal);
}

/** @param {Order} read */
function learn(read) {
  // Answers to actions may leave out what only a look has.
  order = { ...read, admin: read.admin ?? order?.admin };
  // Its first view comes in one go, with what the others know.
  if (around) show();
}

async function followAround() {
  await whileVisible(async (signal) => {
    const answer = await readAround(id, signal);
    if (signal.aborted) return 0;
    around = answer.around;
    say(byId('silent'), answer.silent.length > 0 ? `No answer from: ${answer.silent.join(', ')}. What they know is missing here.` : '');
    if (order) show();
    const isOver = order && !isMoving(order) && now() - Date.parse(order.updated_at) > SETTLES_MS;
    return isOver ? null : AROUND_MS;
  }, end.signal);
}

function show() {
  if (!order) return;
  const text = JSON.stringify([order, around]);
  if (text === shown) return;
  const isFirst = shown === '';
  shown = text;
  document.title = `${order.status} · Order · Back office · Emporium`;
  fill(byId('badge'), badge(order));
  say(byId('stands'), whereItStands(order, around));
  fill(byId('lines'), lines(order));
  fill(byId('facts'), orderFacts(order), paymentFacts(around?.payment ?? null));
  fill(byId('holds'), holdRows(around?.holds ?? []));
  byId('no-holds').hidden = (around?.holds.length ?? 0) > 0;
  fill(byId('timeline'), timeline(order, around).map(entryRow));
  byId('operator').hidden = !needsOperator(order);
  showActions(order);
  if (isFirst) reveal();
}

/** @param {Order} it */
function showActions(it) {
  const hadFocus = byId('actions').contains(document.activeElement);
  byId('may-resume').hidden = !isMoving(it);
  byId('may-cancel').hidden = !['PENDING', 'ACTION_REQUIRED'].includes(it.status);
  byId('no-actions').hidden = isMoving(it);
  if (hadFocus && document.activeElement === document.body) byId('title').focus();
}

function resume() {
  act(/** @type {HTMLButtonElement} */ (byId('resume')), byId('outcome'), async () => {
    await send('resume');
    return 'The saga is started again. What it does is in the story below.';
  });
}

async function cancel() {
  const words = 'It is undone: the payment is cancelled or given back, then the stock is released. The customer gets a mail. This cannot be taken back.';
  if (!(await ask({ title: 'Cancel this order?', words, yes: 'Yes, cancel it', no: 'No, keep it' }))) return;
  await act(/** @type {HTMLButtonElement} */ (byId('cancel')), byId('outcome'), async () => {
    await send('cancel');
    return 'The undo has begun.';
  });
}

/** @param {'resume'|'cancel'} action */
async function send(action) {
  const response = await post(`/orders/${encodeURIComponent(id)}/${action}`, undefined, { auth: true });
  learn(await response.json());
  watch().catch(fail);
}

/** @param {unknown} error */
function fail(error) {
  end.abort();
  if (error instanceof ApiError && error.status === 404) showNone();
  else showTrouble(error);
}

function showNone() {
  document.title = 'No such order · Back office · Emporium';
  showInstead(
    notice(
      { title: 'There is no such order', test: 'not-found' },
      el('p', {}, id ? 'The id may be mistyped: it begins with ord_ and has 32 digits and letters after that.' : 'The address names no order.'),
      linkButton('/admin/orders.html', 'Look for orders'),
    ),
  );
}
