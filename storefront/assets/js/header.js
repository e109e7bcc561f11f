// @ts-check
// What every page has: the header with the cart's count and the sign-in, and the banner that says when the shop is out of reach.

import { CHANGED, customer, here, isAdmin, signIn, signOut } from './auth.js';
import { count, forgetPending, onChange } from './cart.js';
import { byId, el, fill, say } from './dom.js';
import { CONNECTION } from './http.js';
import { explain } from './problems.js';

/**
 * Fills the page's header. Every page calls it once.
 * @param {'shop'|'cart'|'orders'|'admin'|''} [current]  Where the page belongs.
 */
export function mountHeader(current = '') {
  const cart = link('/cart.html', 'Cart ', current === 'cart');
  const number = el('span', { class: 'count', 'data-test': 'cart-count' });
  const unit = el('span', { class: 'visually-hidden' });
  cart.append(number, unit);
  const account = el('li', { class: 'account' });
  const office = el('li', {}, el('a', { href: '/admin/', 'data-test': 'admin', 'aria-current': current === 'admin' ? 'page' : null }, 'Admin'));
  const brand = el('a', { class: 'brand', href: '/', 'aria-current': current === 'shop' ? 'page' : null }, 'Emporium');
  fill(
    byId('header'),
    el('div', { class: 'awning', 'aria-hidden': 'true' }),
    el(
      'div',
      { class: 'bar' },
      brand,
      el('nav', { 'aria-label': 'Shop' }, el('ul', {}, office, el('li', {}, link('/orders.html', 'Orders', current === 'orders')), account, el('li', {}, cart))),
    ),
  );
  const counted = () => showCount(number, unit);
  counted();
  onChange(counted);
  const signedIn = () => {
    office.hidden = !isAdmin();
    showAccount(account);
  };
  signedIn();
  window.addEventListener(CHANGED, signedIn);
  // A page that comes back from the browser's memory has missed what happened.
  window.addEventListener('pageshow', (event) => event.persisted && (counted(), signedIn()));
  mountBanner();
}

/**
 * @param {string} href
 * @param {string} text
 * @param {boolean} isCurrent
 */
function link(href, text, isCurrent) {
  return el('a', { href, 'aria-current': isCurrent ? 'page' : null }, text);
}

/**
 * @param {Element} number
 * @param {Element} unit
 */
function showCount(number, unit) {
  const units = count();
  say(number, units > 999 ? '999+' : String(units));
  say(unit, units === 1 ? ' item' : ' items');
  number.classList.toggle('none', units === 0);
}

/** @param {Element} account */
function showAccount(account) {
  const who = customer();
  const press = who ? leave : () => signIn(here());
  const problem = el('span', { class: 'account-problem', role: 'alert' });
  const go = () => press().catch((error) => say(problem, explain(error).title));
  const action = el('button', { type: 'button', class: 'plain', 'data-test': who ? 'sign-out' : 'sign-in', on: { click: go } }, who ? 'Sign out' : 'Sign in');
  fill(account, who?.email && el('span', { class: 'who', title: who.email }, who.email), action, problem);
}

async function leave() {
  forgetPending();
  await signOut();
}

/** Says when requests do not get through. It lies over the page, so that nothing moves when it comes and goes. */
function mountBanner() {
  const banner = el('div', { class: 'banner', role: 'status', 'data-test': 'connection' });
  document.body.append(banner);
  const show = (/** @type {string} */ text) => {
    say(banner, text);
    banner.classList.toggle('shown', text !== '');
  };
  const offline = 'You are offline. What you see may be old; your cart is kept.';
  if (!navigator.onLine) show(offline);
  window.addEventListener('offline', () => show(offline));
  window.addEventListener('online', () => show(''));
  window.addEventListener(CONNECTION, (event) => {
    const reached = /** @type {CustomEvent<boolean>} */ (event).detail;
    show(reached ? '' : navigator.onLine ? 'The shop does not answer at the moment.' : offline);
  });
}
