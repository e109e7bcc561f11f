// @ts-check
// The only way in which pages make elements. Text becomes text nodes and never markup, so nothing that the API, a product or
// an address says can become a script.

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * Makes an element. Attributes that are false, null or undefined are left out; `on` holds event listeners.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, ...rest } = attributes;
  setAll(element, rest);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  fill(element, ...children);
  return element;
}

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {Record<string, string|number|boolean|null|undefined>} [attributes]
 * @param {...Node} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAll(element, attributes);
  element.append(...children);
  return element;
}

/**
 * Replaces what an element holds.
 * @template {Element} T
 * @param {T} element
 * @param {...(Child|Child[])} children
 * @returns {T}
 */
export function fill(element, ...children) {
  const nodes = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(...nodes.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/**
 * Sets a text only where it differs: a live region speaks whenever it is written to.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The element with this id. A page whose HTML lacks it is broken, and says so at once.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * The input with this id.
 * @param {string} id
 * @returns {HTMLInputElement}
 */
export function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/**
 * A link that looks like a button.
 * @param {string} href
 * @param {string} text
 * @param {string} [kind]
 */
export function linkButton(href, text, kind = 'primary') {
  return el('a', { class: `button ${kind}`, href }, text);
}

/**
 * A button.
 * @param {string} text
 * @param {() => void} press
 * @param {Record<string, any>} [attributes]
 */
export function button(text, press, attributes = {}) {
  return el('button', { type: 'button', class: 'button', ...attributes, on: { click: press } }, text);
}

/**
 * A box with something to know: a heading, text, and what can be done.
 * @param {{tone?: 'info'|'warn'|'bad'|'good', title?: string, level?: 'h1'|'h2', test?: string, focusable?: boolean}} options
 * @param {...(Child|Child[])} children
 */
export function notice({ tone = 'info', title, level = 'h2', test, focusable }, ...children) {
  const heading = title && el(level, { class: 'notice-title' }, title);
  return el('div', { class: `notice ${tone}`, 'data-test': test, tabindex: focusable ? -1 : null }, heading, ...children);
}

/**
 * @param {Element} element
 * @param {Record<string, any>} attributes
 */
function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
}
