// @ts-check
// Follows one order: asks for its next state, and waits for the answer as long as the API lets it (docs/adr/0017).

import { ApiError, isPassing, now, request } from './api.js';
import { whileVisible } from './live.js';

/** @typedef {import('./types.js').Order} Order */

const WAIT_SECONDS = 5;
const PAUSE_MS = 1000;
const TROUBLE_PAUSE_MS = 3000;
/** An order that is this old and not through waits for people: asking every second would not help. */
const SLOW_AFTER_MS = 10 * 60_000;
const SLOW_PAUSE_MS = 10_000;

/** What an order passes through; it stays in the others. */
const MOVING = ['PENDING', 'ACTION_REQUIRED', 'CANCELLING'];

/** @param {Order} order */
export const isMoving = (order) => MOVING.includes(order.status);

/** Whether an order takes longer than any should. @param {Order} order */
export const isLate = (order) => isMoving(order) && now() - Date.parse(order.created_at) > SLOW_AFTER_MS;

/**
 * @param {string} id
 * @param {(order: Order) => void} show
 * @param {(error: unknown) => void} fail  Told of an error that will not pass; nothing is asked any more after it.
 * @param {AbortSignal} [end]
 */
export async function follow(id, show, fail, end) {
  /** @type {string|null} */
  let etag = null;
  /** @type {Order|null} */
  let order = null;
  const path = `/orders/${encodeURIComponent(id)}`;

  await whileVisible(async (signal) => {
    const began = performance.now();
    /** @type {Record<string, string>} */
    const headers = etag ? { 'if-none-match': etag, prefer: `wait=${WAIT_SECONDS}` } : {};
    try {
      const response = await request(path, { auth: true, headers, signal, cache: 'no-store' });
      if (response.status !== 304) {
        etag = response.headers.get('etag');
        order = /** @type {Order} */ (await response.json());
        show(order);
      }
    } catch (error) {
      if (signal.aborted) throw error;
      if (isPassing(error)) return Math.max(TROUBLE_PAUSE_MS, (error instanceof ApiError && error.retryAfter) || 0);
      fail(error);
      return null;
    }
    if (order && !isMoving(order)) return null;
    return pauseAfter(order, performance.now() - began);
  }, end);
}

/**
 * @param {Order|null} order
 * @param {number} took
 */
function pauseAfter(order, took) {
  if (order && isLate(order)) return SLOW_PAUSE_MS;
  // An order in a queue is answered at once, so that thousands who wait are not thousands of open requests.
  const turn = order?.queue?.estimated_seconds;
  if (turn) return Math.min(5000, Math.max(PAUSE_MS, turn * 200));
  return took >= 1000 ? 0 : PAUSE_MS;
}
