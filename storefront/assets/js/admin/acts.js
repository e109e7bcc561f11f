// @ts-check
// What buttons of the back office do: one thing at a time, and its outcome is said beside them.

import { ApiError } from '../api.js';
import { SignedOut } from '../auth.js';
import { say } from '../dom.js';
import { showTrouble } from './gate.js';
import { inWords } from './problems.js';

/**
 * Does something, once: a second press while it is under way does nothing.
 * @param {HTMLButtonElement} control
 * @param {HTMLElement} place  Where the outcome is said: a live region.
 * @param {() => Promise<string|{bad: string}|void>} work  Answers what to say.
 */
export async function act(control, place, work) {
  if (control.disabled) return;
  const hadFocus = document.activeElement === control;
  control.disabled = true;
  tell(place, 'One moment…');
  try {
    const outcome = (await work()) ?? '';
    if (typeof outcome === 'string') tell(place, outcome);
    else tell(place, outcome.bad, 'bad');
  } catch (error) {
    tellTrouble(place, error);
  } finally {
    control.disabled = false;
    // A button that is disabled has lost the keyboard's focus.
    if (hadFocus && document.activeElement === document.body) control.focus();
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} words
 * @param {'good'|'bad'} [tone]
 */
export function tell(place, words, tone = 'good') {
  place.className = `outcome ${tone}`;
  say(place, words);
}

/**
 * @param {HTMLElement} place
 * @param {unknown} error
 */
export function tellTrouble(place, error) {
  const status = error instanceof ApiError ? error.status : 0;
  tell(place, inWords(error), 'bad');
  if (status === 401 || status === 403 || error instanceof SignedOut) showTrouble(error);
}
