// @ts-check
// The only way in which the console makes elements. Text becomes text nodes and never markup, so nothing that an order, a mail
// or a message says can become a script.

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
  set(element, rest);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  fill(element, ...children);
  return element;
}

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {Record<string, string|number|boolean|null|undefined>} [attributes]
 * @param {...(Node|string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/**
 * Sets attributes; those that are false, null or undefined are taken away.
 * @param {Element} element
 * @param {Record<string, any>} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
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
 * @param {string|number} text
 */
export function say(element, text) {
  if (element.textContent !== String(text)) element.textContent = String(text);
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
 * A button.
 * @param {string} text
 * @param {() => void} press
 * @param {Record<string, any>} [attributes]
 */
export function button(text, press, attributes = {}) {
  return el('button', { type: 'button', class: 'button', ...attributes, on: { click: press } }, text);
}

/**
 * Keeps one child per item, in the items' order, and makes none anew that is there already: what has the focus keeps it, though
 * the feed is read twice a second.
 * @template {Element & {update: (item: any) => void}} R
 * @template I
 * @param {Element} parent
 * @param {I[]} items
 * @param {(item: I) => string} key
 * @param {(item: I) => R} make
 */
export function keyed(parent, items, key, make) {
  const there = new Map([...parent.children].map((child) => [child.getAttribute('data-key'), /** @type {R} */ (child)]));
  /** @type {Element|null} */
  let after = null;
  for (const item of items) {
    const name = key(item);
    const row = there.get(name) ?? make(item);
    there.delete(name);
    row.setAttribute('data-key', name);
    row.update(item);
    /** @type {Element|null} */
    const place = after ? after.nextElementSibling : parent.firstElementChild;
    if (place !== row) parent.insertBefore(row, place);
    after = row;
  }
  for (const gone of there.values()) gone.remove();
}

/**
 * A row for `keyed`: an element that knows how to show a newer item.
 * @template {Element} E
 * @template I
 * @param {E} element
 * @param {(item: I) => void} update
 * @returns {E & {update: (item: I) => void}}
 */
export function row(element, update) {
  return Object.assign(element, { update });
}
