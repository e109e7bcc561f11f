// @ts-check
// Money is whole minor units, and is never divided by anything: what people read is made of its digits.

/** @typedef {import('./types.js').Money} Money */

/** The pages are in English; of its kinds, the reader's own. */
export const LOCALE = navigator.languages.find((language) => /^en\b/i.test(language)) ?? 'en';

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {string} currency */
function format(currency) {
  let known = formats.get(currency);
  if (!known) formats.set(currency, (known = new Intl.NumberFormat(LOCALE, { style: 'currency', currency })));
  return known;
}

/**
 * How many decimal places a currency's major unit has.
 * @param {string} currency
 */
export function exponent(currency) {
  return format(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * As people read it: `€19.80`, `¥1,980`.
 * @param {Money} money
 * @returns {string}
 */
export function text({ amount_minor, currency }) {
  // A decimal string goes through format() exactly (ES2023); a quotient would be a binary fraction.
  const decimal = /** @type {any} */ (asDecimal(amount_minor, exponent(currency)));
  return format(currency).format(decimal);
}

/**
 * @param {number} minor
 * @param {number} places
 * @returns {string}
 */
export function asDecimal(minor, places) {
  const digits = String(Math.abs(minor)).padStart(places + 1, '0');
  const cut = digits.length - places;
  return (minor < 0 ? '-' : '') + digits.slice(0, cut) + (places ? `.${digits.slice(cut)}` : '');
}

/**
 * What someone typed as a price, in minor units; null when it is none. Both `12.50` and `12,50` are twelve and a half.
 * @param {string} typed
 * @param {number} places
 * @returns {number|null}
 */
export function parse(typed, places) {
  const match = /^(\d{1,9})(?:[.,](\d*))?$/.exec(typed.trim());
  if (!match) return null;
  return Number(match[1] + (match[2] ?? '').slice(0, places).padEnd(places, '0'));
}

/**
 * @param {Money} money
 * @param {number} quantity
 * @returns {Money}
 */
export function times(money, quantity) {
  return { ...money, amount_minor: money.amount_minor * quantity };
}

/**
 * The sum of lines in one currency.
 * @param {{price: Money, quantity: number}[]} lines  At least one.
 * @returns {Money}
 */
export function total(lines) {
  const amount_minor = lines.reduce((sum, line) => sum + line.price.amount_minor * line.quantity, 0);
  return { amount_minor, currency: lines[0].price.currency };
}

/**
 * @param {Money} one
 * @param {Money} other
 */
export function same(one, other) {
  return one.amount_minor === other.amount_minor && one.currency === other.currency;
}
