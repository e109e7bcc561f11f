// @ts-check
// A product's name, description and price: reading, checking, writing, and what to do when somebody else has written meanwhile.

import { ApiError, put, request, unlessMissing } from '../api.js';
import { byId, input, say } from '../dom.js';
import { asDecimal, exponent, parse, same } from '../money.js';
import { act, tell } from './acts.js';
import { ask } from './ask.js';
import { hideConflict, showConflict } from './conflict.js';
import { showApiFaults, showFaults, typed } from './fields.js';

/** @typedef {import('./types.js').Details} Details */
/** @typedef {import('./types.js').Version} Version */

const POINTERS = { '/name': 'name', '/description': 'description', '/price/amount_minor': 'amount', '/price/currency': 'currency' };
const FIELDS = ['sku', ...Object.values(POINTERS)];
const SKU = /^[A-Z0-9-]{1,32}$/;
const AMOUNT_MAX = 99_999_999;

/** @param {string} sku */
const pathOf = (sku) => `/products/${encodeURIComponent(sku)}`;

/**
 * A product as it is now; null when there is none.
 * @param {string} sku
 * @returns {Promise<Version|null>}
 */
export async function readProduct(sku) {
  const response = await unlessMissing(request(pathOf(sku), { cache: 'no-store' }));
  if (!response) return null;
  const { name, description, price } = await response.json();
  return { details: { name, description: description ?? '', price }, etag: response.headers.get('etag') ?? '' };
}

/**
 * @param {Details} one
 * @param {Details} other
 */
const isSame = (one, other) => one.name === other.name && one.description === other.description && same(one.price, other.price);

/**
 * The form of a product that is to be made.
 * @param {(sku: string) => void} made
 */
export function mountNew(made) {
  const outcome = byId('details-outcome');
  byId('details').addEventListener('submit', (event) => {
    event.preventDefault();
    act(saveButton(), outcome, async () => {
      const details = check();
      if (!details) return;
      const sku = typed('sku');
      try {
        await put(pathOf(sku), JSON.stringify(details), { auth: true, headers: { 'if-none-match': '*' } });
        made(sku);
      } catch (error) {
        if (error instanceof ApiError && error.status === 412) showFaults(FIELDS, { sku: 'There is a product with this sku already' });
        else if (!showApiFaults(error, POINTERS)) throw error;
      }
    });
  });
}

/**
 * The form of a product that there is.
 * @param {string} sku
 * @param {Version} read
 * @param {{changed: (details: Details) => void, removed: () => void}} then
 */
export function mountDetails(sku, read, { changed, removed }) {
  let base = read;
  const outcome = byId('details-outcome');
  show(base.details);

  /** @param {Version} theirs */
  function take(theirs) {
    base = theirs;
    show(theirs.details);
    changed(theirs.details);
  }

  /** @param {Details} mine */
  async function save(mine) {
    const response = await put(pathOf(sku), JSON.stringify(mine), { auth: true, headers: { 'if-match': base.etag } });
    base = { details: mine, etag: response.headers.get('etag') ?? '' };
    hideConflict();
    changed(mine);
    return 'Saved.';
  }

  /**
   * Pictures change a product's version, too: what differs only in them is no conflict.
   * @param {Details} mine
   * @returns {Promise<string|{bad: string}|void>}
   */
  async function settle(mine) {
    const theirs = await readProduct(sku);
    if (!theirs) return removed();
    const before = base.details;
    base = theirs;
    if (isSame(theirs.details, before) || isSame(theirs.details, mine)) return save(mine);
    showConflict(before, theirs.details, mine, {
      keep: () => submit(mine),
      take: () => {
        take(theirs);
        hideConflict();
        tell(outcome, 'This is what is in the shop now.');
        byId('name').focus();
      },
    });
    return { bad: 'Not saved: somebody else has changed the product. Decide above.' };
  }

  /** @param {Details|null} mine */
  function submit(mine) {
    act(saveButton(), outcome, async () => {
      if (!mine) return;
      try {
        return await save(mine);
      } catch (error) {
        if (error instanceof ApiError && error.status === 412) return settle(mine);
        if (error instanceof ApiError && error.status === 404) return removed();
        if (!showApiFaults(error, POINTERS)) throw error;
      }
    });
  }

  async function remove() {
    const words = `${base.details.name} leaves the shop. Orders that are placed go through. Its stock stays known.`;
    if (!(await ask({ title: 'Remove this product?', words, yes: 'Yes, remove it' }))) return;
    await act(/** @type {HTMLButtonElement} */ (byId('remove')), outcome, async () => {
      const theirs = await removeVersion(sku, base.etag);
      if (!theirs) return removed();
      take(theirs);
      return { bad: 'Not removed: it was changed meanwhile. This is what it is now; remove it again if you still want to.' };
    });
  }

  byId('details').addEventListener('submit', (event) => {
    event.preventDefault();
    submit(check());
  });
  byId('remove').addEventListener('click', remove);
}

/**
 * Removes a version of a product.
 * @param {string} sku
 * @param {string} etag
 * @returns {Promise<Version|null>} The product as it is now, if that was not its version any more; null when it is gone.
 */
async function removeVersion(sku, etag) {
  try {
    await request(pathOf(sku), { method: 'DELETE', auth: true, headers: { 'if-match': etag } });
    return null;
  } catch (error) {
    if (error instanceof ApiError && [404, 412].includes(error.status)) return readProduct(sku);
    throw error;
  }
}

const saveButton = () => /** @type {HTMLButtonElement} */ (byId('save'));

/** @param {Details} details */
function show({ name, description, price }) {
  input('name').value = name;
  input('description').value = description;
  input('amount').value = asDecimal(price.amount_minor, exponent(price.currency));
  input('currency').value = price.currency;
  showFaults(FIELDS, {});
}

/** What is typed, if it can be sent. @returns {Details|null} */
function check() {
  /** @type {Record<string, string>} */
  const faults = {};
  const [sku, name, currency] = [typed('sku'), typed('name'), typed('currency').toUpperCase()];
  const description = input('description').value;
  if (!SKU.test(sku)) faults.sku = '1 to 32 of A–Z, 0–9 and -';
  if (!name) faults.name = 'Please fill this in';
  if (!/^[A-Z]{3}$/.test(currency)) faults.currency = 'Three letters, such as EUR';
  const amount_minor = faults.currency ? null : amountIn(currency);
  if (!faults.currency && amount_minor === null) faults.amount = `A price, such as ${asDecimal(1980, exponent(currency))}`;
  return showFaults(FIELDS, faults) && amount_minor !== null ? { name, description, price: { amount_minor, currency } } : null;
}

/** @param {string} currency */
function amountIn(currency) {
  const places = exponent(currency);
  const decimals = typed('amount').split(/[.,]/)[1] ?? '';
  const amount = decimals.length > places ? null : parse(typed('amount'), places);
  return amount !== null && amount >= 1 && amount <= AMOUNT_MAX ? amount : null;
}

/** @param {string} name */
export function showName(name) {
  say(byId('title'), name);
  document.title = `${name} · Back office · Emporium`;
}
