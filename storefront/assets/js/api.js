// @ts-check
// The shop's API: tokens go with requests, problems (RFC 9457) come back as `ApiError`.

import { accessToken } from './auth.js';
import { NoAnswer, send } from './http.js';

/** An answer that is an error. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {any} body  A problem, or the gateway's `{message}`, or nothing.
   * @param {boolean} isProblem
   * @param {string|null} retryAfter
   */
  constructor(status, body, isProblem, retryAfter) {
    super(body?.detail ?? body?.title ?? body?.message ?? `the shop answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    /** The problem's type, as docs/API-ERRORS.md lists it; '' when the gateway answered. */
    this.slug = isProblem ? String(body?.type ?? '').replace(/^.*\/problems\//, '') : '';
    /** @type {string} For people; may be ''. */
    this.detail = isProblem ? (body?.detail ?? body?.title ?? '') : '';
    /** @type {{pointer: string, detail: string}[]} */
    this.errors = isProblem && Array.isArray(body?.errors) ? body.errors : [];
    /** In milliseconds; null when the answer does not say. */
    this.retryAfter = milliseconds(retryAfter);
  }

  /** Whether the same request may succeed a little later. A full queue is a definite no for now. */
  get mayPass() {
    return this.status === 429 || (this.status >= 500 && this.slug !== 'queue-full');
  }
}

/** How far the shop's clock is ahead of this one, as the last answers told. Countdowns go by the shop's. */
let ahead = 0;

/** @returns {number} The shop's time, in milliseconds since 1970. */
export const now = () => Date.now() + ahead;

/**
 * @typedef {{method?: string, body?: string, headers?: Record<string, string>, auth?: boolean, patience?: number,
 *   signal?: AbortSignal, cache?: RequestCache}} Options
 */

/**
 * Sends a request, with a token where `auth` says so. A token that is refused is renewed once.
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Response>}  A success, or 304.
 * @throws {ApiError|NoAnswer|import('./auth.js').SignedOut}
 */
export async function request(path, { auth = false, headers = {}, ...options } = {}) {
  const sent = async (/** @type {boolean} */ renew) => {
    const authorized = auth ? { ...headers, authorization: `Bearer ${await accessToken({ renew })}` } : headers;
    return send(path, { ...options, headers: authorized });
  };
  let response = await sent(false);
  if (response.status === 401 && auth) response = await sent(true);
  learnTime(response);
  if (response.ok || response.status === 304) return response;
  throw await failure(response);
}

/**
 * Reads JSON.
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function get(path, options = {}) {
  return (await request(path, options)).json();
}

/**
 * Posts JSON.
 * @param {string} path
 * @param {string|undefined} body  JSON, as text: what is repeated must be the same to the byte.
 * @param {Options} [options]
 */
export function post(path, body, options = {}) {
  const headers = { ...options.headers, ...(body !== undefined && { 'content-type': 'application/json' }) };
  return request(path, { method: 'POST', ...options, body, headers });
}

/**
 * Puts JSON.
 * @param {string} path
 * @param {string} body
 * @param {Options} [options]
 */
export function put(path, body, options = {}) {
  return post(path, body, { ...options, method: 'PUT' });
}

/**
 * @template T
 * @param {Promise<T>} answer
 * @returns {Promise<T|null>} null when the API, and not its gateway, says that there is no such thing.
 */
export async function unlessMissing(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.slug) return null;
    throw error;
  }
}

/**
 * Whether trying again makes sense: nobody answered, or the answer was "not now".
 * @param {unknown} error
 */
export function isPassing(error) {
  return error instanceof NoAnswer || (error instanceof ApiError && error.mayPass);
}

/** @param {Response} response */
async function failure(response) {
  const type = response.headers.get('content-type') ?? '';
  const body = await response.json().catch(() => null);
  return new ApiError(response.status, body, type.startsWith('application/problem+json'), response.headers.get('retry-after'));
}

/** @param {Response} response */
function learnTime(response) {
  const date = Date.parse(response.headers.get('date') ?? '');
  // A cache's answer is as old as it says. The header has whole seconds, so less than two of difference is none.
  const age = Number(response.headers.get('age') ?? 0) * 1000;
  const difference = date + (age || 0) - Date.now();
  if (Number.isFinite(difference)) ahead = Math.abs(difference) < 2000 ? 0 : difference;
}

/** @param {string|null} header  Seconds, or a date. */
function milliseconds(header) {
  if (!header) return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
