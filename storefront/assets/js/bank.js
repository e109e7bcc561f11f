// @ts-check
// The bank's question to the customer: Stripe's own dialog, or, in the local cloud, a pretended bank's.

import { post } from './api.js';
import { config } from './config.js';
import { byId, say } from './dom.js';
import { explain } from './problems.js';
import { askBank, CardRefused } from './stripe.js';

/** @type {Set<string>} Questions that were shown by themselves already: closing the dialog should keep it closed. */
const shown = new Set();

/**
 * Has the bank ask. Called with `unasked` it does so only once for a payment.
 * @param {string} clientSecret
 * @param {(words: string) => void} tell
 * @param {{unasked?: boolean}} [options]
 */
export async function authenticate(clientSecret, tell, { unasked = false } = {}) {
  if (unasked && shown.has(clientSecret)) return;
  shown.add(clientSecret);
  try {
    const { stripe_publishable_key, local } = await config();
    if (stripe_publishable_key) await askBank(clientSecret);
    else if (local) return pretend(clientSecret, tell);
    else return tell('This stage has no connection to a bank. Cancel the order, and choose another card.');
    tell('Thank you. We are waiting to hear from your bank.');
  } catch (error) {
    tell(error instanceof CardRefused ? error.message : explain(error).title);
  }
}

/**
 * @param {string} clientSecret
 * @param {(words: string) => void} tell
 */
function pretend(clientSecret, tell) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('bank'));
  const [intent] = clientSecret.split('_secret_');
  say(byId('bank-error'), '');
  dialog.onclose = () => null;
  const answer = async (/** @type {'succeed'|'fail'} */ outcome) => {
    const controls = [byId('bank-approve'), byId('bank-refuse')];
    for (const control of controls) control.setAttribute('disabled', '');
    try {
      await post(`/_local/stripe/payment_intents/${encodeURIComponent(intent)}/authenticate`, JSON.stringify({ outcome }));
      dialog.close();
      tell(outcome === 'succeed' ? 'Thank you. Your bank has said yes.' : 'Your bank has said no.');
    } catch (error) {
      const { title, help } = explain(error);
      say(byId('bank-error'), `${title}. ${help}`);
    } finally {
      for (const control of controls) control.removeAttribute('disabled');
    }
  };
  byId('bank-approve').onclick = () => answer('succeed');
  byId('bank-refuse').onclick = () => answer('fail');
  if (!dialog.open) dialog.showModal();
}

/** The question is answered or void. */
export function closeBank() {
  const dialog = /** @type {HTMLDialogElement} */ (byId('bank'));
  if (dialog.open) dialog.close();
}
