// @ts-check
// What is wrong with what was typed, beside the field. The field `x` has its error in `#x-error`.

import { ApiError } from '../api.js';
import { byId, input, say } from '../dom.js';

/**
 * Marks what is wrong, unmarks the rest, and goes to the first.
 * @param {string[]} fields  All fields of the form, in its order.
 * @param {Record<string, string>} faults  By field.
 * @returns {boolean} Whether there is none.
 */
export function showFaults(fields, faults) {
  for (const field of fields) {
    const text = faults[field] ?? '';
    if (text) byId(field).setAttribute('aria-invalid', 'true');
    else byId(field).removeAttribute('aria-invalid');
    say(byId(`${field}-error`), text);
  }
  const first = fields.find((field) => faults[field]);
  if (first) byId(first).focus();
  return !first;
}

/**
 * Shows what the API found wrong, where all of it belongs to fields.
 * @param {unknown} error
 * @param {Record<string, string>} pointers  The field of each JSON pointer.
 * @returns {boolean} Whether it could.
 */
export function showApiFaults(error, pointers) {
  if (!(error instanceof ApiError) || error.errors.length === 0) return false;
  if (!error.errors.every(({ pointer }) => pointers[pointer])) return false;
  const faults = error.errors.map(({ pointer, detail }) => /** @type {const} */ ([pointers[pointer], capital(detail)]));
  showFaults([...new Set(Object.values(pointers))], Object.fromEntries(faults));
  return true;
}

/** @param {string} field */
export const typed = (field) => input(field).value.trim();

/**
 * A whole number within bounds, or null.
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
export function wholeNumber(text, least, most) {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : null;
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
