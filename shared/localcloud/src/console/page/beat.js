// @ts-check
// Does something again and again while somebody looks at the page. When the cloud has stopped, asks more slowly, and goes on as
// soon as it answers again.

import { Stopped } from './feeds.js';

/** How long to wait before a cloud that did not answer is asked again. */
const STOPPED_MS = 2_000;

/**
 * Calls `turn` every `ms`. `trouble` gets what went wrong, or null once a turn has succeeded.
 * @param {number} ms
 * @param {() => Promise<void>} turn
 * @param {(trouble: Error|null) => void} trouble
 */
export async function every(ms, turn, trouble) {
  for (;;) {
    await seen();
    let wait = ms;
    try {
      await turn();
      trouble(null);
    } catch (error) {
      wait = Math.max(ms, STOPPED_MS);
      trouble(/** @type {Error} */ (error));
      if (!(error instanceof Stopped)) console.error(error);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
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
