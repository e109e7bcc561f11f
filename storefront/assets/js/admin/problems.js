// @ts-check
// Problems in an admin's words, where those for customers in `../problems.js` would mislead.

import { ApiError } from '../api.js';
import { explain as explainToCustomer } from '../problems.js';

/** @typedef {import('../problems.js').Words} Words */

/** @type {Record<string, Words>} */
const PROBLEMS = {
  'idempotency-key-reused': {
    title: 'This attempt was made before, with other numbers',
    help: 'The ledger shows what was adjusted. Read it, and enter what is still missing.',
  },
  'malformed-cursor': { title: 'The list cannot go on from here', help: 'Load the page again to begin anew.' },
  'not-enough-stock': {
    title: 'So many are not available',
    help: 'Only units that no order holds can be written off. The numbers above are those of now.',
  },
  'not-found': { title: 'There is no such thing', help: 'It may have been removed, or the id is mistyped.' },
  'order-confirmed': { title: 'Too late to cancel', help: 'The order is confirmed. Money and goods can only be given back by a refund.' },
  'precondition-failed': { title: 'Somebody changed it meanwhile', help: 'Look at what it is now, and decide again.' },
  'precondition-required': { title: 'The page does not know the version', help: 'Load it again, and repeat the change.' },
  'too-much-stock': { title: 'That is more than this shop can count', help: 'Check the number.' },
};

/**
 * @param {unknown} error
 * @returns {Words}
 */
export function explain(error) {
  if (!(error instanceof ApiError)) return explainToCustomer(error);
  if (PROBLEMS[error.slug]) return PROBLEMS[error.slug];
  if (error.slug === 'invalid-request') {
    const named = error.errors.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`).join('; ');
    return { title: 'Some of this is not allowed', help: named || error.detail };
  }
  return explainToCustomer(error);
}

/**
 * As one sentence after another.
 * @param {unknown} error
 */
export function inWords(error) {
  const { title, help } = explain(error);
  return `${title}. ${help}`;
}
