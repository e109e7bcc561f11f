// @ts-check
// The checkout's form: what is typed, kept in this tab until the buyer signs out, and what is wrong with it.

import { byId, el, fill, input } from './dom.js';
import { LOCALE } from './money.js';
import { load, save } from './storage.js';

/** In sessionStorage; `auth.js` removes it when the buyer signs out. */
const DRAFT = 'emporium.checkout';
/** In localStorage, only if the buyer wants it. */
const REMEMBERED = 'emporium.address';

/** Field ids in the page's order, and where each is in the request (RFC 6901), so that the API's errors find their field. */
const POINTERS = /** @type {Record<string, string>} */ ({
  email: '/email',
  name: '/shipping_address/name',
  line1: '/shipping_address/line1',
  line2: '/shipping_address/line2',
  postal_code: '/shipping_address/postal_code',
  city: '/shipping_address/city',
  state: '/shipping_address/state',
  country: '/shipping_address/country',
});
const FIELDS = Object.keys(POINTERS);

/** @typedef {{field: string, text: string, full: string}} Fault
 *  `field` is an element's id, or '' for the whole form. `text` is read beside it, `full` in the list above the form. */

/** ISO 3166-1 alpha-2, without the codes that nobody lives in. */
const COUNTRIES =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW';

/**
 * Fills the form with what is known, and keeps what is typed.
 * @param {import('./types.js').Claims} customer
 */
export function mountForm(customer) {
  fillCountries();
  const known = load('session', DRAFT) ?? load('local', REMEMBERED) ?? {};
  for (const field of FIELDS) input(field).value = known[field] ?? '';
  input('email').value ||= customer.email ?? '';
  input('remember').checked = load('local', REMEMBERED) !== null;
  // Browsers and their autofill differ in which of the two they fire.
  for (const event of ['input', 'change']) byId('form').addEventListener(event, changed);
}

/** @param {Event} event */
function changed({ target }) {
  save('session', DRAFT, values());
  if (target instanceof HTMLElement) clearFault(target.id);
}

function fillCountries() {
  const names = new Intl.DisplayNames(LOCALE, { type: 'region' });
  const named = COUNTRIES.split(' ').map((code) => ({ code, name: names.of(code) ?? code }));
  named.sort((one, other) => one.name.localeCompare(other.name, LOCALE));
  fill(byId('country'), el('option', { value: '' }, 'Choose…'), named.map(({ code, name }) => el('option', { value: code }, name)));
}

/** @returns {Record<string, string>} */
function values() {
  return Object.fromEntries(FIELDS.map((field) => [field, input(field).value.trim()]));
}

/** The email and address as the API takes them: what is empty and optional is left out. */
export function contact() {
  const { email, ...address } = values();
  const filled = Object.entries(address).filter(([, value]) => value !== '');
  return { email, shipping_address: Object.fromEntries(filled) };
}

/** Keeps the address for the next order, or forgets it. */
export function rememberOrNot() {
  save('local', REMEMBERED, input('remember').checked ? values() : null);
}

/** @returns {Fault[]} What can be seen to be wrong without asking. */
export function faults() {
  const found = [];
  for (const field of FIELDS) {
    const element = input(field);
    const value = element.value.trim();
    if (element.required && !value) found.push(named(field, 'please fill this in'));
    else if (element.validity.typeMismatch) found.push(named(field, 'this does not look like an email address'));
  }
  return found;
}

/**
 * The API's errors, by field.
 * @param {{pointer: string, detail: string}[]} errors
 * @returns {Fault[]}
 */
export function asFaults(errors) {
  return errors.map(({ pointer, detail }) => {
    const field = FIELDS.find((one) => POINTERS[one] === pointer) ?? (pointer === '/payment_method' ? 'payment' : '');
    // Some details name what they are about, and some do not.
    if (field) return detail.startsWith('must') ? named(field, detail) : { field, text: capital(detail), full: capital(detail) };
    const line = /^\/items\/(\d+)/.exec(pointer);
    const text = line ? `Line ${Number(line[1]) + 1} of your order: ${detail}` : capital(detail);
    return { field: '', text, full: text };
  });
}

/**
 * @param {string} field
 * @param {string} text
 * @returns {Fault}
 */
function named(field, text) {
  return { field, text: capital(text), full: `${label(field)}: ${text}` };
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string} field */
function label(field) {
  return document.querySelector(`label[for="${field}"] .label-text, #${field} > legend`)?.textContent?.trim() ?? field;
}

/**
 * Marks what is wrong, lists it, and goes to the first.
 * @param {Fault[]} found
 */
export function showFaults(found) {
  for (const field of [...FIELDS, 'payment']) clearFault(field);
  const summary = byId('summary');
  summary.hidden = found.length === 0;
  if (found.length === 0) return;
  fill(
    summary,
    el('h2', { class: 'notice-title' }, found.length === 1 ? 'One thing needs another look' : `${found.length} things need another look`),
    el('ul', {}, found.map(({ field, full }) => el('li', {}, field ? el('a', { href: `#${field}` }, full) : full))),
  );
  for (const { field, text } of found) if (field) mark(field, text);
  const first = [...FIELDS, 'payment'].find((field) => found.some((fault) => fault.field === field));
  const target = first === 'payment' ? byId('payment').querySelector('input') : first ? input(first) : summary;
  target?.focus();
}

/**
 * @param {string} field
 * @param {string} text
 */
function mark(field, text) {
  byId(field).setAttribute('aria-invalid', 'true');
  fill(byId(`${field}-error`), text);
}

/** @param {string} field */
function clearFault(field) {
  if (field !== 'payment' && !FIELDS.includes(field)) return;
  byId(field).removeAttribute('aria-invalid');
  fill(byId(`${field}-error`));
}
