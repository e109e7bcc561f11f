// @ts-check
// Reads and writes below /_local, with a time limit, and with failures in words.

/** How long an answer may take. The cloud is on this machine. */
const PATIENCE_MS = 8_000;

/** The cloud did not answer at all. */
export class Stopped extends Error {
  constructor() {
    super('the local cloud does not answer');
    this.name = 'Stopped';
  }
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 * @throws {Stopped|Error}
 */
export function get(path) {
  return ask('GET', path);
}

/**
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 * @throws {Stopped|Error}
 */
export function post(path, body) {
  return ask('POST', path, body);
}

/**
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>}
 * @throws {Stopped|Error}
 */
export function put(path, body) {
  return ask('PUT', path, body);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
async function ask(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await answerTo(path, { method, headers, body: sent, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.status < 400) return answer.body;
  throw new Error(answer.body?.detail ?? answer.body?.title ?? `${method} ${path} was answered ${answer.status}`);
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @returns {Promise<{status: number, body: any}>}
 */
async function answerTo(path, request) {
  let response, text;
  try {
    response = await fetch(path, request);
    text = await response.text();
  } catch {
    throw new Stopped();
  }
  try {
    return { status: response.status, body: text ? JSON.parse(text) : null };
  } catch {
    return { status: response.status, body: null };
  }
}
