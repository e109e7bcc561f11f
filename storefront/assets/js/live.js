// @ts-check
// Doing something again and again while somebody looks at the page, and not while it is hidden.

import { pause } from './http.js';

/**
 * Calls `turn` until it answers null or the signal ends. It answers how long to wait until the next turn. A hidden page waits
 * until it is seen again, and a request that was under way is given up.
 * @param {(signal: AbortSignal) => Promise<number|null>} turn
 * @param {AbortSignal} [end]
 */
export async function whileVisible(turn, end) {
  while (!end?.aborted) {
    await seen();
    const hidden = new AbortController();
    const hide = () => document.hidden && hidden.abort();
    document.addEventListener('visibilitychange', hide);
    const signal = end ? AbortSignal.any([end, hidden.signal]) : hidden.signal;
    try {
      const wait = await turn(signal);
      if (wait === null) return;
      await pause(wait, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      document.removeEventListener('visibilitychange', hide);
    }
  }
}

/** @returns {Promise<void>} */
function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
  });
}
