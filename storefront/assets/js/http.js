// @ts-check
// fetch with a time limit, and with failures that say what they mean for the caller. It knows nothing of tokens.

/** How long an answer may take. API Gateway gives up after 30 seconds; people give up earlier. */
const PATIENCE_MS = 15_000;

/** Fired on `window` when a request reached the shop or did not; the banner listens. */
export const CONNECTION = 'emporium:connection';

/** No answer came. Whether the request was carried out is not known. */
export class NoAnswer extends Error {
  /** @param {'offline'|'timeout'|'network'} kind */
  constructor(kind) {
    super(`no answer: ${kind}`);
    this.name = 'NoAnswer';
    this.kind = kind;
  }
}

/**
 * Sends a request.
 * @param {string} url
 * @param {RequestInit & {patience?: number}} [init]
 * @returns {Promise<Response>}
 * @throws {NoAnswer} No answer came.
 * @throws {DOMException} `AbortError`: the caller's own signal ended it.
 */
export async function send(url, init = {}) {
  const { patience = PATIENCE_MS, signal, ...rest } = init;
  const limit = AbortSignal.timeout(patience);
  try {
    const response = await fetch(url, { ...rest, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    // The body can still be lost on the way; reading it here lets callers treat both losses alike.
    const body = [204, 205, 304].includes(response.status) ? null : await response.arrayBuffer();
    connection(true);
    return new Response(body, { status: response.status, headers: response.headers });
  } catch (error) {
    if (signal?.aborted) throw new DOMException('given up by the page', 'AbortError');
    connection(false);
    throw new NoAnswer(navigator.onLine ? (limit.aborted ? 'timeout' : 'network') : 'offline');
  }
}

/**
 * Waits, or until the signal ends it.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** @param {boolean} reached */
function connection(reached) {
  window.dispatchEvent(new CustomEvent(CONNECTION, { detail: reached }));
}
