// @ts-check
// The mails that were sent, and one of them as its recipient sees it.

import { byId, el, fill, keyed, row, say, set } from './dom.js';
import { get } from './feeds.js';
import { clock, day } from './words.js';

/** @typedef {import('./types.js').Mail} Mail */

/** More than this are not listed. */
const MOST = 200;

export class MailsSection {
  constructor() {
    this.list = byId('mails');
    this.letter = byId('letter');
    this.empty = byId('mails-empty');
    this.read = -1;
    /** @type {Mail|null} */
    this.open = null;
    this.asText = false;
  }

  /**
   * Reads the mails, if there are others than there were.
   * @param {number} count
   */
  async look(count) {
    if (count === this.read) return;
    const { mails } = /** @type {{mails: Mail[]}} */ (await get('/_local/mails'));
    this.read = count;
    this.empty.hidden = mails.length > 0;
    say(byId('mails-count'), mails.length > MOST ? `the last ${MOST} of ${mails.length}` : mails.length);
    keyed(this.list, mails.reverse().slice(0, MOST), ({ id }) => id, (mail) => this.#row(mail));
    if (this.open && !mails.some(({ id }) => id === this.open?.id)) this.#close();
  }

  /** @param {Mail} mail */
  #row(mail) {
    const press = el('button', { type: 'button', class: 'mail', 'aria-pressed': 'false', on: { click: () => this.#show(mail) } },
      el('span', { class: 'subject' }, mail.subject), el('span', { class: 'hint' }, `to ${mail.to.join(', ')}, ${clock(mail.at)}`));
    return row(el('li', {}, press), () => undefined);
  }

  #close() {
    this.open = null;
    this.letter.hidden = true;
  }

  /** @param {Mail} mail */
  #show(mail) {
    this.open = mail;
    for (const item of this.list.children) set(item.children[0], { 'aria-pressed': String(item.getAttribute('data-key') === mail.id) });
    const body = el('div', { class: 'letter-body' });
    const kinds = mail.html ? [['as it looks', false], ['as text', true]] : [];
    const choices = kinds.map(([name, asText]) => el('label', { class: 'choice' },
      el('input', { type: 'radio', name: 'letter-as', checked: this.asText === asText, on: { change: () => this.#turn(body, mail, Boolean(asText)) } }), String(name)));
    fill(this.letter,
      el('h3', {}, mail.subject),
      el('p', { class: 'hint' }, `from ${mail.from} to ${mail.to.join(', ')}, ${day(mail.at)}, ${clock(mail.at)}`),
      el('p', { class: 'hint' }, Object.entries(mail.tags).map(([name, value]) => el('span', { class: 'tag' }, `${name}: ${value}`))),
      choices.length > 0 && el('fieldset', { class: 'choices' }, el('legend', { class: 'visually-hidden' }, 'Show the mail'), choices), body);
    this.letter.hidden = false;
    showBody(body, mail, this.asText);
  }

  /**
   * @param {HTMLElement} body
   * @param {Mail} mail
   * @param {boolean} asText
   */
  #turn(body, mail, asText) {
    this.asText = asText;
    showBody(body, mail, asText);
  }
}

/**
 * @param {HTMLElement} body
 * @param {Mail} mail
 * @param {boolean} asText
 */
function showBody(body, mail, asText) {
  if (asText || !mail.html) fill(body, el('pre', { class: 'letter-text', tabindex: 0 }, mail.text));
  else fill(body, el('iframe', { sandbox: '', src: `/_local/mails/${encodeURIComponent(mail.id)}/html`, title: `The mail “${mail.subject}”`, class: 'letter-frame' }));
}
