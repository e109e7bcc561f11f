// @ts-check
// The browser's storage, as JSON. It can be full or forbidden: then what is kept ends with the page, and the shop still works.

/** @type {Record<'local'|'session', Map<string, string>>} */
const fallback = { local: new Map(), session: new Map() };

/** @param {'local'|'session'} kind */
function area(kind) {
  return kind === 'local' ? window.localStorage : window.sessionStorage;
}

/**
 * @param {'local'|'session'} kind
 * @param {string} name
 * @returns {any} null when there is nothing, or nothing that can be read.
 */
export function load(kind, name) {
  let text = fallback[kind].get(name) ?? null;
  try {
    text ??= area(kind).getItem(name);
  } catch {
    // Forbidden: there is only what this page has kept.
  }
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

/**
 * @param {'local'|'session'} kind
 * @param {string} name
 * @param {unknown} value  null or undefined removes it.
 */
export function save(kind, name, value) {
  const gone = value === null || value === undefined;
  const text = gone ? '' : JSON.stringify(value);
  try {
    if (gone) area(kind).removeItem(name);
    else area(kind).setItem(name, text);
    fallback[kind].delete(name);
  } catch {
    if (gone) fallback[kind].delete(name);
    else fallback[kind].set(name, text);
  }
}
