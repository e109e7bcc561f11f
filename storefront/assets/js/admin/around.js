// @ts-check
// What the other contexts know of an order: each of them keeps its own part, and may be the one that does not answer.

import { get, unlessMissing } from '../api.js';

/** @typedef {import('./types.js').Around} Around */

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<{around: Around, silent: string[]}>} `silent`: who did not answer; of them there is nothing in `around`.
 */
export async function readAround(id, signal) {
  const ask = (/** @type {string} */ path) => unlessMissing(get(`${path}/${encodeURIComponent(id)}`, { auth: true, signal, cache: 'no-store' }));
  const [payment, holds, mails] = await Promise.allSettled([ask('/payments'), ask('/holds'), ask('/mails')]);
  const answers = { payments: payment, inventory: holds, notifications: mails };
  const silent = Object.entries(answers).flatMap(([context, answer]) => (answer.status === 'rejected' ? [context] : []));
  const value = (/** @type {PromiseSettledResult<any>} */ answer) => (answer.status === 'fulfilled' ? answer.value : null);
  return { around: { payment: value(payment), holds: value(holds)?.holds ?? [], mails: value(mails)?.mails ?? [] }, silent };
}
