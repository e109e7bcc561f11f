// @ts-check
// Sending an order until it is known what became of it. Every repetition is the same request under the same key, so it does not
// matter how often it arrives.

import { ApiError, isPassing, post } from './api.js';
import { pause } from './http.js';

/** How often a request is repeated without being asked. */
const REPEATS = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * @typedef {{kind: 'taken', id: string}
 *   | {kind: 'refused', error: unknown, mayBePlaced: boolean}
 *   | {kind: 'unknown', error: unknown}} Outcome
 *   `mayBePlaced`: the answer is a no, and does not say what became of earlier repetitions.
 */

/**
 * @param {string} key
 * @param {string} body
 * @param {(progress: {error: unknown, wait: number, left: number}) => void} tell  Called before each repetition's pause.
 * @returns {Promise<Outcome>}
 */
export async function placeOrder(key, body, tell) {
  let unanswered = false;
  for (let repeated = 0; ; repeated += 1) {
    try {
      const response = await post('/orders', body, { auth: true, headers: { 'idempotency-key': `"${key}"` } });
      return { kind: 'taken', id: await orderId(response) };
    } catch (error) {
      if (!isPassing(error)) return { kind: 'refused', error, mayBePlaced: unanswered && isAboutTheCaller(error) };
      // A 429 was turned away at the door. Anything else may have been carried out.
      unanswered ||= !(error instanceof ApiError && error.status === 429);
      if (repeated === REPEATS) return { kind: 'unknown', error };
      const wait = pauseBefore(repeated, error);
      tell({ error, wait, left: REPEATS - repeated });
      await pauseOrOnline(wait);
    }
  }
}

/**
 * A missing sign-in says nothing about the order; any other refusal comes from the order itself.
 * @param {unknown} error
 */
function isAboutTheCaller(error) {
  return !(error instanceof ApiError) || error.status === 401 || error.status === 403;
}

/** @param {Response} response */
async function orderId(response) {
  const fromLocation = response.headers.get('location')?.split('/').pop();
  return fromLocation || (await response.json()).id;
}

/**
 * Twice as long each time, a little different for everybody, and never shorter than the shop asks for.
 * @param {number} repeated
 * @param {unknown} error
 */
function pauseBefore(repeated, error) {
  const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
  const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** repeated) * (0.75 + Math.random() / 2);
  return Math.min(Math.max(asked, backoff), 60_000);
}

/**
 * Being back online ends the wait.
 * @param {number} ms
 */
async function pauseOrOnline(ms) {
  const online = new AbortController();
  const end = () => online.abort();
  window.addEventListener('online', end, { once: true });
  await pause(ms, online.signal);
  window.removeEventListener('online', end);
}
