// @ts-check
// A product's pictures: what there are, what becomes of those that were uploaded, and the form for another.

import { get, isPassing, now, request } from '../api.js';
import { button, byId, el, fill, input } from '../dom.js';
import { whileVisible } from '../live.js';
import { picture } from '../products.js';
import { act, tell, tellTrouble } from './acts.js';
import { ask } from './ask.js';
import { showApiFaults, showFaults, typed } from './fields.js';
import { moment } from './times.js';
import { faultOf, upload, UploadFailed } from './upload.js';

/** @typedef {import('./types.js').Image} Image */

const FIELDS = ['file', 'alt'];
const POINTERS = { '/content_type': 'file', '/size': 'file', '/alt': 'alt' };
const POLL_MS = 1000;
/** One that has not come after so long will not come any more: its address is no longer good. */
const LATE_MS = 15 * 60_000;

const STATES = {
  requested: { words: 'Waiting for the file, or being made', tone: 'info' },
  ready: { words: 'In the shop', tone: 'good' },
  rejected: { words: 'Not taken', tone: 'bad' },
};

/** @param {string} sku */
export async function mountImages(sku) {
  const path = `/products/${encodeURIComponent(sku)}/images`;
  const [list, outcome] = [byId('images'), byId('images-outcome')];
  let shown = '';
  /** Pictures that were uploaded here, and of which it is not said yet what became. @type {Set<string>} */
  const waitedFor = new Set();
  let isWatching = false;

  /** @param {AbortSignal} [signal] */
  async function read(signal) {
    const { items } = await get(path, { auth: true, signal, cache: 'no-store' });
    show(items);
    return /** @type {Image[]} */ (items);
  }

  /** @param {Image[]} images */
  function show(images) {
    const text = JSON.stringify(images);
    if (text === shown) return;
    shown = text;
    fill(list, images.map((image) => row(sku, image, remove)));
    byId('no-images').hidden = images.length > 0;
  }

  /** Looks again and again until nothing is on its way. */
  function watch() {
    if (isWatching) return;
    isWatching = true;
    whileVisible(async (signal) => {
      try {
        const images = await read(signal);
        for (const image of images.filter(isDecided)) if (waitedFor.delete(image.image_id)) sayWhatBecame(image);
        return (isWatching = waitedFor.size > 0 || images.some(isOnItsWay)) ? POLL_MS : null;
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        return 3 * POLL_MS;
      }
    }).catch((error) => {
      isWatching = false;
      tellTrouble(outcome, error);
    });
  }

  /** @param {Image} image */
  function sayWhatBecame(image) {
    if (image.state === 'ready') tell(outcome, 'The picture is in the shop.');
    else tell(outcome, `The picture was not taken. ${image.reason ?? ''}`, 'bad');
  }

  /** @param {Image} image */
  async function remove(image) {
    const words = `“${image.alt}” is taken out of the shop.`;
    if (!(await ask({ title: 'Remove this picture?', words, yes: 'Yes, remove it' }))) return;
    try {
      await request(`${path}/${encodeURIComponent(image.image_id)}`, { method: 'DELETE', auth: true });
      await read();
      tell(outcome, 'The picture is removed.');
      byId('file').focus();
    } catch (error) {
      tellTrouble(outcome, error);
    }
  }

  mountUpload(sku, outcome, (id) => {
    waitedFor.add(id);
    watch();
  });
  if ((await read()).some(isOnItsWay)) watch();
}

/**
 * The form for another picture.
 * @param {string} sku
 * @param {HTMLElement} outcome
 * @param {(id: string) => void} uploaded
 */
function mountUpload(sku, outcome, uploaded) {
  /** @param {File} file */
  async function send(file) {
    tell(outcome, 'Uploading…');
    try {
      const id = await upload(sku, file, typed('alt'));
      /** @type {HTMLFormElement} */ (byId('upload')).reset();
      uploaded(id);
      return 'Uploaded. Its sizes are being made…';
    } catch (error) {
      if (showApiFaults(error, POINTERS)) return;
      if (!(error instanceof UploadFailed)) throw error;
      return { bad: error.message };
    }
  }

  byId('upload').addEventListener('submit', (event) => {
    event.preventDefault();
    const file = input('file').files?.[0];
    const faults = { file: faultOf(file), alt: typed('alt') ? '' : 'Say what is to be seen: some people hear it' };
    if (!showFaults(FIELDS, faults) || !file) return;
    act(/** @type {HTMLButtonElement} */ (byId('upload-button')), outcome, () => send(file));
  });
  input('file').addEventListener('change', () => showFaults(['file'], { file: faultOf(input('file').files?.[0]) }));
}

/** @param {Image} image */
const isOnItsWay = (image) => image.state === 'requested' && now() - Date.parse(image.requested_at) < LATE_MS;

/** @param {Image} image */
const isDecided = (image) => image.state !== 'requested';

/**
 * @param {string} sku
 * @param {Image} image
 * @param {(image: Image) => void} remove
 */
function row(sku, image, remove) {
  const state = STATES[image.state] ?? { words: image.state, tone: 'info' };
  const isLost = image.state === 'requested' && !isOnItsWay(image);
  const { alt, width = 0, height = 0, sources = [] } = image;
  const thumbnail = image.state === 'ready' ? picture({ sku, images: [{ alt, width, height, sources }] }, { sizes: '8rem', eager: true }) : el('div', { class: 'frame' });
  return el(
    'li',
    { class: 'image', 'data-test': 'image', 'data-id': image.image_id, 'data-state': image.state },
    thumbnail,
    el(
      'div',
      { class: 'image-facts' },
      el('p', { class: `badge ${isLost ? 'warn' : state.tone}` }, isLost ? 'Its file never came' : state.words),
      el('p', {}, alt),
      el('p', { class: 'hint' }, image.state === 'ready' && width ? `${width} × ${height}, ` : null, moment(image.requested_at)),
      image.state === 'rejected' && el('p', { class: 'error', 'data-test': 'image-reason' }, image.reason),
    ),
    button('Remove', () => remove(image), { class: 'button quiet', 'data-test': 'remove-image', 'aria-label': `Remove the picture “${alt}”` }),
  );
}
