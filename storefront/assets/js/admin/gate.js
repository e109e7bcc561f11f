// @ts-check
// Who may come into the back office, and what somebody sees who may not. It only spares people a page full of refusals: what is
// allowed, the API decides.

import { ApiError } from '../api.js';
import { customer, here, isAdmin, SignedOut, signIn, signOut } from '../auth.js';
import { byId, button, el, fill, linkButton, notice, say } from '../dom.js';
import { mountHeader } from '../header.js';
import { explain } from './problems.js';

/**
 * Starts a page of the back office, if an admin is signed in. Every page calls it once.
 * @param {() => Promise<void>} start
 */
export function enter(start) {
  mountHeader('admin');
  if (!customer()) return showSignIn('Please sign in', 'The back office is for admins of this shop.');
  if (!isAdmin()) return showNoAdmin();
  start().catch((error) => showTrouble(error));
}

/** Whether something else is shown in place of the page, and stays. */
let isClosed = false;

/** Shows what the page is about, once there is something to show: it comes in one go, so that nothing moves. */
export function reveal() {
  if (isClosed) return;
  byId('content').hidden = false;
  say(byId('status'), '');
}

/**
 * Shows an error above the page; or instead of it, when it says that there is nobody here who may see it.
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function showTrouble(error, again = () => location.reload()) {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 403) return showNoAdmin();
  if (status === 401 || error instanceof SignedOut) return showSignIn('Please sign in again', 'Your session has ended.');
  const { title, help } = explain(error);
  say(byId('status'), '');
  const retry = button('Try again', again, { 'data-test': 'retry' });
  fill(byId('message'), notice({ tone: 'bad', title, test: 'error' }, el('p', { role: 'alert' }, help), retry));
}

/**
 * Shows a notice in place of the page.
 * @param {Element} what
 */
export function showInstead(what) {
  isClosed = true;
  byId('content').hidden = true;
  say(byId('status'), '');
  fill(byId('message'), what);
}

/**
 * @param {string} title
 * @param {string} help
 */
function showSignIn(title, help) {
  const problem = el('p', { class: 'error', role: 'alert' });
  const go = () => signIn(here()).catch((error) => say(problem, explain(error).help));
  showInstead(notice({ title, test: 'signed-out' }, el('p', {}, help), button('Sign in', go, { 'data-test': 'admin-sign-in' }), problem));
}

function showNoAdmin() {
  const who = customer()?.email;
  const leave = button('Sign out', () => signOut().catch((error) => showTrouble(error)), { class: 'button quiet' });
  showInstead(
    notice(
      { tone: 'warn', title: 'This is for admins only', test: 'no-admin' },
      el('p', {}, `You are signed in${who ? ` as ${who}` : ''}, and this account is not an admin of the shop.`),
      el('p', {}, 'Whoever keeps the shop can make it one, in the group “admins”. It counts from the next sign-in on.'),
      el('div', { class: 'actions' }, linkButton('/', 'Go to the shop'), leave),
    ),
  );
}
