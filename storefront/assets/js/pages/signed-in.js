// @ts-check
// Where the issuer sends the buyer back to, with a code or with an error.

import { finishSignIn, SignInFailed, signIn } from '../auth.js';
import { byId, button, el, fill, linkButton, notice } from '../dom.js';
import { mountHeader } from '../header.js';
import { explain } from '../problems.js';

mountHeader();
try {
  // Replaced, so that the code does not stay in the history.
  location.replace(await finishSignIn(new URLSearchParams(location.search)));
} catch (error) {
  const { title, help } = explain(error);
  const returnTo = error instanceof SignInFailed ? error.returnTo : '/';
  const again = button('Sign in again', () => signIn(returnTo), { 'data-test': 'sign-in-again' });
  document.title = `${title} · Emporium`;
  fill(
    byId('message'),
    notice({ tone: 'bad', title, test: 'error' }, el('p', { role: 'alert' }, help), el('div', { class: 'actions' }, again, linkButton('/', 'Back to the shop', 'quiet'))),
  );
}
