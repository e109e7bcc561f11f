// @ts-check
// What differs between stages, read once: the issuer's addresses, the client, Stripe's publishable key.

import { send } from './http.js';

/** @type {Promise<import('./types.js').Config>|null} */
let loaded = null;

/**
 * The configuration. A read that failed is forgotten, so that the next caller tries again.
 * @returns {Promise<import('./types.js').Config>}
 */
export function config() {
  loaded ??= read().catch((error) => {
    loaded = null;
    throw error;
  });
  return loaded;
}

async function read() {
  const response = await send('/config.json', { cache: 'no-cache' });
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`);
  return response.json();
}
