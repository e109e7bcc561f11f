// @ts-check
// Stripe.js, loaded from Stripe as its terms ask, and only where a key is set and a payment is near. Without a key there are
// Stripe's test cards, by name.

import { config } from './config.js';
import { el } from './dom.js';

const SOURCE = 'https://js.stripe.com/v3/';

/** What the local cloud's Stripe, and Stripe's own test mode, know. */
export const TEST_CARDS = [
  { id: 'pm_card_visa', text: 'Visa, works' },
  { id: 'pm_card_threeDSecureRequired', text: 'Asks your bank (3-D Secure)' },
  { id: 'pm_card_visa_chargeDeclined', text: 'Declined' },
  { id: 'pm_card_visa_chargeDeclinedInsufficientFunds', text: 'Insufficient funds' },
];

/** A payment that Stripe.js refused. The message is Stripe's, for people. */
export class CardRefused extends Error {}

/** @type {Promise<any>|null} */
let loading = null;

/**
 * Stripe, or null in a stage without a key.
 * @returns {Promise<any>}
 */
export async function stripe() {
  const { stripe_publishable_key: key } = await config();
  if (!key) return null;
  loading ??= load()
    .then(() => /** @type {any} */ (window).Stripe(key))
    .catch((error) => {
      loading = null;
      throw error;
    });
  return loading;
}

/** @returns {Promise<void>} */
function load() {
  return new Promise((resolve, reject) => {
    const done = { load: () => resolve(), error: () => reject(new CardRefused('The card form could not be loaded. Reload the page to try again.')) };
    document.head.append(el('script', { src: SOURCE, async: true, on: done }));
  });
}

/**
 * Shows Stripe's card form.
 * @param {Element} place
 * @param {(message: string) => void} onProblem
 * @returns {Promise<{createPaymentMethod: (details: object) => Promise<string>}|null>}
 */
export async function mountCard(place, onProblem) {
  const client = await stripe();
  if (!client) return null;
  const ink = getComputedStyle(document.body).color;
  const card = client.elements().create('card', { hidePostalCode: true, style: { base: { fontSize: '16px', color: ink } } });
  card.mount(place);
  card.on('change', (/** @type {any} */ event) => onProblem(event.error?.message ?? ''));
  return {
    async createPaymentMethod(details) {
      const { paymentMethod, error } = await client.createPaymentMethod({ type: 'card', card, billing_details: details });
      if (error) throw new CardRefused(error.message);
      return paymentMethod.id;
    },
  };
}

/**
 * Has the customer's bank ask the customer.
 * @param {string} clientSecret
 */
export async function askBank(clientSecret) {
  const client = await stripe();
  const { error } = await client.handleNextAction({ clientSecret });
  if (error) throw new CardRefused(error.message);
}
