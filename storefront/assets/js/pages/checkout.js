// @ts-check
// The checkout. It sends one order under one key until it is known what became of it, whatever the buyer, the browser or the
// network do meanwhile.

import { placeOrder } from '../attempt.js';
import { needCustomer } from '../auth.js';
import { begin, onChange, read, refused, startAnew, taken } from '../cart.js';
import { contact, faults, mountForm, rememberOrNot, showFaults } from '../checkout-form.js';
import { showRefusal } from '../checkout-refusal.js';
import { chosen, gone, refresh, show as showSummary, sum } from '../checkout-summary.js';
import { byId, button, el, fill, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { text } from '../money.js';
import { explain } from '../problems.js';
import { CardRefused, mountCard, TEST_CARDS } from '../stripe.js';

const form = /** @type {HTMLFormElement} */ (byId('form'));
const submitButton = /** @type {HTMLButtonElement} */ (byId('submit'));

/** While an order is on its way, nothing else is sent. The button's state is for people; this is what counts. */
let running = false;
/** @type {import('../types.js').Claims} */
let customer;
/** @type {Awaited<ReturnType<typeof mountCard>>} */
let card = null;

mountHeader('cart');
start().catch(showTrouble);

async function start() {
  customer = await needCustomer();
  mountForm(customer);
  form.addEventListener('submit', submit);
  onChange(() => running || showState());
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
  // Somebody else's request is not this customer's to repeat.
  if (read().pending && read().pending?.owner !== customer.sub) refused();
  showState();
  await Promise.all([mountPayment(), learnPrices()]);
}

async function learnPrices() {
  // Without today's prices, the ones in the cart are sent as expected, and the API says if they are wrong.
  await refresh().catch(() => false);
  showState();
}

async function mountPayment() {
  card = await mountCard(byId('card'), (problem) => say(byId('payment-error'), problem));
  byId('card').hidden = !card;
  if (card) return;
  const radios = TEST_CARDS.map(({ id, text: name }, place) =>
    el('label', { class: 'choice' }, el('input', { type: 'radio', name: 'card', value: id, checked: place === 0 }), el('span', {}, name)),
  );
  fill(byId('test-cards'), el('p', { class: 'hint' }, 'This shop is for trying out: no money moves. Choose what should happen.'), radios);
}

/** Shows what there is to do: fill in the form, finish an order that is not answered, or go and find something to buy. */
function showState() {
  const { pending } = read();
  const lines = chosen();
  form.hidden = Boolean(pending) || lines.length === 0;
  byId('loading').hidden = true;
  // What is shown already stays: its buttons may be about to be pressed.
  const shown = byId('message').querySelector('[data-test]')?.getAttribute('data-test') ?? '';
  if (pending) return shown === 'unfinished' || showUnfinished('We don’t know whether your order went through');
  if (['unfinished', 'empty', 'gone'].includes(shown)) tell(null);
  if (lines.length === 0) {
    return tell(notice({ title: 'There is nothing to check out', test: 'empty' }, el('p', {}, 'Your cart is empty.'), linkButton('/', 'See what there is')));
  }
  showSummary();
  showTotal();
  if (gone().length) {
    const names = gone().map((line) => line.name).join(', ');
    tell(notice({ tone: 'bad', title: 'Something is not sold any more', test: 'gone' }, el('p', {}, names), linkButton('/cart.html', 'Go to the cart', 'quiet')));
  }
}

function showTotal() {
  const all = sum();
  submitButton.disabled = running || gone().length > 0;
  if (!running) say(submitButton, all ? `Place order for ${text(all)}` : 'Place order');
}

/** @param {Event} event */
async function submit(event) {
  event.preventDefault();
  if (running || read().pending) return;
  const found = faults();
  showFaults(found);
  if (found.length) return;
  await whileRunning(async () => {
    tell(null);
    say(byId('progress'), 'Placing your order…');
    const body = await requestBody();
    rememberOrNot();
    const skus = chosen().map((line) => line.sku);
    return finish(begin(body, customer.sub, skus), body, skus);
  });
}

/** Sends the request that has no answer yet once more: the same bytes under the same key. */
async function resume() {
  const { key, pending } = read();
  if (running || !pending || !key) return showState();
  await whileRunning(() => finish(key, pending.body, pending.skus));
}

/**
 * @param {() => Promise<boolean>} work  Answers whether the page is being left.
 */
async function whileRunning(work) {
  running = true;
  byId('checkout').setAttribute('aria-busy', 'true');
  for (const control of document.querySelectorAll('#submit, [data-test="resume"], [data-test="forget"]')) control.setAttribute('disabled', '');
  say(submitButton, 'Placing your order…');
  let leaving = false;
  try {
    leaving = await work();
  } catch (error) {
    showTrouble(error);
  } finally {
    // A page that is being left stays busy: its button must not come back for the last moment.
    if (!leaving) {
      running = false;
      byId('checkout').removeAttribute('aria-busy');
      say(byId('progress'), '');
      showTotal();
    }
  }
}

/** @returns {Promise<string>} */
async function requestBody() {
  const { email, shipping_address } = contact();
  const lines = chosen();
  const all = sum();
  const payment_method = card ? await card.createPaymentMethod({ email, name: shipping_address.name }) : new FormData(form).get('card');
  if (!payment_method) throw new CardRefused('There is no card yet. Reload the page if this place stays empty.');
  const items = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return JSON.stringify({ items, currency: all?.currency, payment_method, email, shipping_address, expected_total: all });
}

/**
 * @param {string} key
 * @param {string} body
 * @param {string[]} skus
 * @returns {Promise<boolean>} Whether the page is being left.
 */
async function finish(key, body, skus) {
  const outcome = await placeOrder(key, body, showRepeat);
  if (outcome.kind === 'taken') {
    taken(key, skus);
    location.replace(`/order.html?${new URLSearchParams({ id: outcome.id })}`);
    return true;
  }
  if (outcome.kind === 'unknown') {
    form.hidden = true;
    showUnfinished('It is not known yet whether your order went through', explain(outcome.error).title);
    return false;
  }
  if (!outcome.mayBePlaced) refused();
  form.hidden = outcome.mayBePlaced;
  await showRefusal(outcome.error, tell);
  showSummary();
  return false;
}

/** @param {{error: unknown, wait: number, left: number}} progress */
function showRepeat({ error, wait }) {
  const seconds = Math.ceil(wait / 1000);
  const when = seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
  say(byId('progress'), `${explain(error).title}. We will ask again ${when}. Your order cannot be placed twice by that.`);
}

/**
 * @param {string} title
 * @param {string} [why]
 */
function showUnfinished(title, why = '') {
  const again = button(why ? 'Try again' : 'Check now', resume, { 'data-test': 'resume' });
  const forget = button('Start anew instead', () => (startAnew(), tell(null), showState()), { class: 'button quiet', 'data-test': 'forget' });
  tell(
    notice(
      { tone: 'warn', title, test: 'unfinished', focusable: true },
      el('p', { role: 'alert' }, why && `${why}. `, 'Your order was sent, and no answer has come. We send the very same order again, which cannot place it twice.'),
      el('div', { class: 'actions' }, again, linkButton('/orders.html', 'See my orders', 'quiet'), forget),
      el('p', { class: 'hint' }, 'Before you start anew, look at your orders: there may be one already.'),
    ),
  );
}

/** @param {unknown} error */
function showTrouble(error) {
  if (error instanceof CardRefused) {
    say(byId('payment-error'), error.message);
    byId('payment').scrollIntoView({ block: 'center' });
    return;
  }
  const { title, help } = explain(error);
  byId('loading').hidden = true;
  tell(notice({ tone: 'bad', title, test: 'error', focusable: true }, el('p', { role: 'alert' }, help), button('Reload', () => location.reload(), { class: 'button quiet' })));
}

/** @param {Element|null} what */
function tell(what) {
  fill(byId('message'), what);
  if (what instanceof HTMLElement && what.tabIndex === -1) what.focus();
}
