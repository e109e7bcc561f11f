// @ts-check
// Receiving units and writing them off. An attempt keeps its Idempotency-Key until its outcome is known, over reloads as well, so
// that a double click or a lost answer never adjusts twice.

import { ApiError, isPassing, post } from '../api.js';
import { byId, input, say } from '../dom.js';
import { load, save } from '../storage.js';
import { act } from './acts.js';
import { showApiFaults, showFaults, typed, wholeNumber } from './fields.js';

/** In sessionStorage: attempts without an outcome, by path. `auth.js` removes it when the admin signs out. */
const ATTEMPTS = 'emporium.adjustments';
const UNITS_MAX = 1_000_000;
const FIELDS = ['units', 'reason'];

/** @typedef {{key: string, body: string}} Attempt  `body` is the exact text that was sent. */

/**
 * @param {string} path  The stock's.
 * @param {{adjusted: (adjustment: import('./types.js').Adjustment) => void, refused: () => void}} then
 */
export function mountAdjust(path, { adjusted, refused }) {
  const outcome = byId('stock-outcome');
  const pending = () => /** @type {Attempt|undefined} */ ((load('session', ATTEMPTS) ?? {})[path]);
  const keep = (/** @type {Attempt|undefined} */ attempt) => {
    save('session', ATTEMPTS, { ...load('session', ATTEMPTS), [path]: attempt });
    showPending(attempt);
  };

  /** @param {Attempt} attempt */
  async function send(attempt) {
    try {
      const response = await post(path, attempt.body, { auth: true, headers: { 'idempotency-key': `"${attempt.key}"` } });
      keep(undefined);
      adjusted(await response.json());
      /** @type {HTMLFormElement} */ (byId('adjust')).reset();
      return `Done: ${inWords(attempt)}.`;
    } catch (error) {
      // Without a definite answer it may have been carried out.
      if (isPassing(error) || !(error instanceof ApiError) || error.status === 401) {
        showPending(attempt);
        throw error;
      }
      keep(undefined);
      refused();
      if (!showApiFaults(error, { '/delta': 'units', '/reason': 'reason' })) throw error;
    }
  }

  byId('adjust').addEventListener('submit', (event) => {
    event.preventDefault();
    if (pending()) return;
    const body = check();
    if (!body) return;
    act(/** @type {HTMLButtonElement} */ (byId('adjust-button')), outcome, async () => {
      const attempt = { key: crypto.randomUUID(), body };
      // Kept before it is sent: the page may be closed on it.
      save('session', ATTEMPTS, { ...load('session', ATTEMPTS), [path]: attempt });
      return send(attempt);
    });
  });
  byId('adjust-again').addEventListener('click', () => {
    const attempt = pending();
    if (attempt) act(/** @type {HTMLButtonElement} */ (byId('adjust-again')), outcome, () => send(attempt));
  });
  byId('adjust-forget').addEventListener('click', () => {
    keep(undefined);
    say(outcome, '');
    byId('units').focus();
  });
  showPending(pending());
}

/** @returns {string|null} The request's body, if what is typed is complete. */
function check() {
  const units = wholeNumber(typed('units'), 1, UNITS_MAX);
  const faults = { units: units === null ? 'A whole number, 1 to 1,000,000' : '', reason: typed('reason') ? '' : 'Say why: the ledger keeps it' };
  if (!showFaults(FIELDS, faults) || units === null) return null;
  return JSON.stringify({ delta: input('direction-off').checked ? -units : units, reason: typed('reason') });
}

/** @param {Attempt|undefined} attempt */
function showPending(attempt) {
  byId('adjust').hidden = Boolean(attempt);
  byId('adjust-pending').hidden = !attempt;
  if (attempt) say(byId('adjust-what'), inWords(attempt));
}

/** @param {Attempt} attempt */
function inWords({ body }) {
  const { delta, reason } = JSON.parse(body);
  const units = `${Math.abs(delta)} ${Math.abs(delta) === 1 ? 'unit' : 'units'}`;
  return `${units} ${delta < 0 ? 'written off' : 'received'}, “${reason}”`;
}
