// @ts-check
// One order, followed until it is through.

import { ApiError, post } from '../api.js';
import { here, needCustomer, SignedOut, signIn } from '../auth.js';
import { authenticate, closeBank } from '../bank.js';
import { putBack } from '../cart.js';
import { byId, button, el, fill, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { text } from '../money.js';
import { follow } from '../order-follow.js';
import { badge, inWords, lines, steps, time } from '../order-view.js';
import { explain, explainReason } from '../problems.js';

/** @typedef {import('../types.js').Order} Order */

const id = new URLSearchParams(location.search).get('id') ?? '';
const dialog = /** @type {HTMLDialogElement} */ (byId('cancel-dialog'));
/** What is on the page: an answer that says the same changes nothing, so that no focus is lost. */
let shown = '';
/** The buttons depend on less than the whole: a place in a queue changes every second. */
let acting = '';

mountHeader('orders');
byId('cancel-no').addEventListener('click', () => dialog.close());
byId('cancel-yes').addEventListener('click', cancel);
start().catch(showTrouble);

async function start() {
  await needCustomer();
  if (!id) return showNone();
  await follow(id, show, showTrouble);
}

/** @param {Order} order */
function show(order) {
  const text = JSON.stringify(order);
  if (text === shown) return;
  shown = text;
  showState(order);
  showContents(order);
  if (order.status !== 'ACTION_REQUIRED') closeBank();
  if (!canCancel(order) && dialog.open) dialog.close();
  const secret = order.next_action?.client_secret;
  const buttons = `${order.status} ${order.reason} ${secret}`;
  if (buttons !== acting) showActions(order);
  acting = buttons;
  if (secret) authenticate(secret, tell, { unasked: true });
}

/** @param {Order} order */
function showState(order) {
  const { badge: name, words } = inWords(order);
  document.title = `${name} · Order · Emporium`;
  byId('order').removeAttribute('aria-busy');
  byId('order').hidden = false;
  fill(byId('message'));
  fill(byId('badge'), badge(order));
  fill(byId('steps'), steps(order));
  say(byId('status'), words);
}

/** @param {Order} order */
function showContents(order) {
  say(byId('number'), order.id);
  fill(byId('placed'), time(order.created_at));
  fill(byId('changed'), time(order.updated_at));
  fill(byId('lines'), lines(order));
  say(byId('total'), text(order.total));
}

/** @param {Order} order */
const canCancel = ({ status }) => status === 'PENDING' || status === 'ACTION_REQUIRED';

/** @param {Order} order */
function showActions(order) {
  tell('');
  const secret = order.next_action?.client_secret;
  const place = byId('actions');
  const hadFocus = place.contains(document.activeElement);
  fill(
    place,
    secret && button('Confirm with your bank', () => authenticate(secret, tell), { 'data-test': 'bank-open' }),
    order.status === 'CANCELLED' && again(order),
    canCancel(order) && button('Cancel the order', () => dialog.showModal(), { class: 'button quiet', 'data-test': 'cancel' }),
    !canCancel(order) && linkButton('/', 'Back to the shop', 'quiet'),
  );
  if (hadFocus) byId('title').focus();
}

/** @param {Order} order */
function again(order) {
  const isCard = explainReason(order.reason).action === 'card';
  const press = () => {
    putBack(order.items);
    const skus = order.items.map((item) => item.sku).join(',');
    location.assign(isCard ? `/checkout.html?${new URLSearchParams({ skus })}` : '/cart.html');
  };
  return button(isCard ? 'Try another card' : 'Put it back in the cart', press, { 'data-test': isCard ? 'another-card' : 'again' });
}

async function cancel() {
  const yes = /** @type {HTMLButtonElement} */ (byId('cancel-yes'));
  if (yes.disabled) return;
  yes.disabled = true;
  try {
    const response = await post(`/orders/${encodeURIComponent(id)}/cancel`, undefined, { auth: true });
    show(await response.json());
  } catch (error) {
    const { title, help } = explain(error);
    tell(`${title}. ${help}`);
  } finally {
    yes.disabled = false;
    dialog.close();
  }
}

/** @param {string} words */
function tell(words) {
  say(byId('note'), words);
}

function showNone() {
  document.title = 'Not found · Emporium';
  byId('order').hidden = true;
  fill(
    byId('message'),
    notice(
      { title: 'There is no such order', test: 'not-found' },
      el('p', {}, 'The address may be mistyped, or the order is another customer’s.'),
      linkButton('/orders.html', 'See my orders'),
    ),
  );
}

/** @param {unknown} error */
function showTrouble(error) {
  if (error instanceof ApiError && error.status === 404) return showNone();
  const signedOut = error instanceof SignedOut || (error instanceof ApiError && error.status === 401);
  const { title, help } = signedOut ? { title: 'Please sign in again', help: 'Your session has ended. The order goes on without you.' } : explain(error);
  const action = signedOut
    ? button('Sign in again', () => signIn(here()), { 'data-test': 'sign-in-again' })
    : button('Try again', () => location.reload(), { 'data-test': 'retry' });
  if (!shown) byId('order').hidden = true;
  fill(byId('message'), notice({ tone: 'bad', title, test: 'error' }, el('p', { role: 'alert' }, help), action));
}
