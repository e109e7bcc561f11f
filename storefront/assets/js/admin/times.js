// @ts-check
// Moments as people read and type them: in their own time zone.

import { el } from '../dom.js';
import { LOCALE } from '../money.js';

const TO_THE_SECOND = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });

/** @param {string} at */
export function moment(at) {
  return el('time', { datetime: at, title: at }, TO_THE_SECOND.format(new Date(at)));
}

/** @param {string} at */
export const momentInWords = (at) => TO_THE_SECOND.format(new Date(at));

/**
 * As `<input type="datetime-local">` wants it.
 * @param {string|undefined} at
 */
export function forField(at) {
  if (!at) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/**
 * @param {string} field  The field's value.
 * @param {string|undefined} before  What the field was filled from: a field shows no fractions of a second, and one that was not
 *   touched should not cut them off.
 * @returns {string|undefined}
 */
export function fromField(field, before) {
  if (!field) return undefined;
  return field.padEnd(19, ':00') === forField(before) ? before : new Date(field).toISOString();
}
