// @ts-check
// The figures at the top, and whether the cloud answers.

import { byId, el, fill, keyed, row, say } from './dom.js';
import { clock, day, number, status } from './words.js';

/** @typedef {import('./types.js').Now} Now */

/** The statuses in the order of an order's life. */
const LIFE = ['PENDING', 'ACTION_REQUIRED', 'CONFIRMED', 'CANCELLING', 'CANCELLED'];

/** @param {Now} now */
export function showHeader(now) {
  say(byId('time'), clock(now.now));
  say(byId('day'), day(now.now));
  say(byId('requests'), number(now.requests));
  const lost = byId('failed-records');
  lost.hidden = now.failed_records === 0;
  say(lost, `${now.failed_records} stream records could not be handled`);
  const known = [...LIFE, ...Object.keys(now.orders).filter((name) => !LIFE.includes(name))];
  keyed(byId('orders'), known, (name) => name, (name) => figure(status(name), () => now.orders[name] ?? 0));
  for (const item of byId('orders').children) say(item.children[1], number(now.orders[item.getAttribute('data-key') ?? ''] ?? 0));
}

/**
 * @param {string} name
 * @param {() => number} value
 */
function figure(name, value) {
  return row(el('div', { class: 'figure' }, el('dt', {}, name), el('dd', {}, value())), () => undefined);
}

/**
 * Says so when the cloud does not answer, and when it answers with an error.
 * @param {Error|null} trouble
 */
export function showTrouble(trouble) {
  const place = byId('trouble');
  document.body.classList.toggle('stopped', trouble !== null);
  if (!trouble) {
    place.hidden = true;
    fill(place);
    return;
  }
  if (!place.hidden && place.getAttribute('data-why') === trouble.name) return;
  place.setAttribute('data-why', trouble.name);
  place.hidden = false;
  if (trouble.name === 'Stopped') fill(place, el('p', {}, 'The local cloud has stopped: start it again with ', el('code', {}, 'cargo shop up'), '. This page goes on by itself.'));
  else fill(place, el('p', {}, `The local cloud answered with an error: ${trouble.message}. This page asks again.`));
}

/**
 * Says so when only a part of the page could not be read. That the cloud has stopped is said above already.
 * @param {Error|null} trouble
 */
export function showPartTrouble(trouble) {
  const words = trouble && trouble.name !== 'Stopped' ? `Costs, switches or messages could not be read: ${trouble.message}` : '';
  say(byId('part-trouble'), words);
  byId('part-trouble').hidden = words === '';
}
