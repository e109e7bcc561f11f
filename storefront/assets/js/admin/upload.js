// @ts-check
// Bringing a picture into the shop: the API says where it goes, the file goes there, and a function makes the sizes of it.

import { post } from '../api.js';
import { NoAnswer, send } from '../http.js';

/** What the API takes. */
export const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const BYTES_MAX = 10_485_760;
/** A large picture over a slow line. */
const PATIENCE_MS = 180_000;

/** The store did not take the file. The message is for people. */
export class UploadFailed extends Error {}

/**
 * What is wrong with a file that was chosen; '' when nothing is.
 * @param {File|undefined} file
 */
export function faultOf(file) {
  if (!file) return 'Choose a picture';
  if (!TYPES.includes(file.type)) return 'A JPEG, PNG or WebP, please';
  if (file.size === 0) return 'The file is empty';
  if (file.size > BYTES_MAX) return `At most 10 MB; this has ${(file.size / 1_048_576).toFixed(1)}`;
  return '';
}

/**
 * @param {string} sku
 * @param {File} file
 * @param {string} alt
 * @returns {Promise<string>} The picture's id.
 */
export async function upload(sku, file, alt) {
  const asked = JSON.stringify({ content_type: file.type, size: file.size, alt });
  const response = await post(`/products/${encodeURIComponent(sku)}/images`, asked, { auth: true });
  const { image_id, upload: to } = /** @type {import('./types.js').Upload} */ (await response.json());
  // The address is signed for exactly these headers, and belongs to somebody to whom our cookies are no business.
  const stored = await send(to.url, { method: to.method, headers: to.headers, body: file, credentials: 'omit', patience: PATIENCE_MS }).catch((error) => {
    throw error instanceof NoAnswer ? new UploadFailed('The picture did not get through. Check your connection, and upload it again.') : error;
  });
  if (!stored.ok) throw new UploadFailed(`The picture was not taken (${stored.status}). Upload it again: each address is good for a few minutes only.`);
  return image_id;
}
