// @ts-check
// A question before something that cannot be taken back.

import { button, el } from '../dom.js';

/**
 * @param {{title: string, words: string, yes: string, no?: string}} question
 * @returns {Promise<boolean>}
 */
export function ask({ title, words, yes, no = 'No, leave it' }) {
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'ask-title', 'aria-describedby': 'ask-words', 'data-test': 'ask' },
    el('h2', { id: 'ask-title' }, title),
    el('p', { id: 'ask-words' }, words),
    el(
      'div',
      { class: 'actions' },
      button(yes, () => dialog.close('yes'), { 'data-test': 'ask-yes' }),
      button(no, () => dialog.close(), { class: 'button quiet', 'data-test': 'ask-no', autofocus: true }),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
