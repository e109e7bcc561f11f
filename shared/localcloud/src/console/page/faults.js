// @ts-check
// The switches that break things, and the banner that says what is broken.

import { byId, el, fill, say } from './dom.js';
import { get, put } from './feeds.js';

/**
 * @typedef {import('./types.js').Faults} Faults
 * @typedef {import('./types.js').FaultsFeed} FaultsFeed
 * @typedef {{value: string, name: string, says: string}} Choice
 */

/** @type {Faults} */
export const HEALED = { stripe: 'up', webhooks: 'once', messages: 'once', killed: [] };

/** @type {{key: 'stripe'|'webhooks'|'messages', name: string, choices: Choice[]}[]} */
const GROUPS = [
  { key: 'stripe', name: 'Stripe', choices: [
    { value: 'up', name: 'up', says: 'Stripe answers at once.' },
    { value: 'slow', name: 'slow', says: 'Every call to Stripe takes four seconds. Watch dots wait at the payment steps, and nothing else wait with them.' },
    { value: 'down', name: 'down', says: 'Every call to Stripe fails. Watch executions end in Interrupted, orders stay pending, and soon calls fail at once: the circuit breaker.' },
  ] },
  { key: 'webhooks', name: 'Webhooks of Stripe', choices: [
    { value: 'once', name: 'once', says: 'Each webhook arrives once.' },
    { value: 'twice', name: 'twice', says: 'Each webhook arrives twice. Watch that nothing is paid, and no mail sent, a second time.' },
    { value: 'lost', name: 'lost', says: 'No webhook arrives. Watch orders with 3-D Secure wait, until the watchdog starts their saga again, which asks Stripe.' },
  ] },
  { key: 'messages', name: 'Messages of queues', choices: [
    { value: 'once', name: 'once', says: 'Each message is handed over once.' },
    { value: 'twice', name: 'twice', says: 'Each message is handed over twice, as SQS may do. Watch the number of mails: one per order all the same.' },
  ] },
];

export class FaultsSection {
  constructor() {
    /** @type {FaultsFeed|null} */
    this.now = null;
    /** How many changes are under way: what is read meanwhile may be older than they are. */
    this.changing = 0;
    this.said = byId('faults-said');
    this.banner = byId('broken');
    byId('heal').addEventListener('click', () => this.change(HEALED));
  }

  async look() {
    const faults = await get('/_local/faults');
    if (this.changing === 0) this.#show(faults);
  }

  /**
   * @param {Partial<Faults>} change
   */
  async change(change) {
    if (!this.now) return;
    const before = this.now;
    this.now = { ...before, ...change };
    const { stripe, webhooks, messages, killed } = this.now;
    this.changing += 1;
    try {
      this.#show(await put('/_local/faults', { stripe, webhooks, messages, killed }));
      say(this.said, '');
    } catch (error) {
      say(this.said, `It could not be switched: ${/** @type {Error} */ (error).message}`);
      this.#show(before);
    } finally {
      this.changing -= 1;
    }
  }

  /** @param {FaultsFeed} faults */
  #show(faults) {
    const first = this.now === null || this.now.functions.join() !== faults.functions.join();
    this.now = faults;
    if (first) fill(byId('faults'), GROUPS.map((group) => this.#group(group)), this.#kills(faults.functions));
    this.#set(faults);
    const broken = brokenWords(faults);
    this.banner.hidden = broken.length === 0;
    say(byId('broken-words'), broken.join(', '));
  }

  /** @param {FaultsFeed} faults */
  #set(faults) {
    for (const { key, choices } of GROUPS) {
      for (const { value } of choices) box(`fault-${key}-${value}`).checked = faults[key] === value;
      say(byId(`fault-${key}-says`), choices.find(({ value }) => value === faults[key])?.says ?? '');
    }
    for (const name of faults.functions) box(`kill-${name}`).checked = faults.killed.includes(name);
    for (const context of byContext(faults.functions).keys()) {
      const killed = faults.killed.filter((name) => name.startsWith(`${context}/`)).length;
      say(byId(`killed-${context}`), killed > 0 ? `${killed} killed` : '');
    }
  }

  /** @param {typeof GROUPS[number]} group */
  #group({ key, name, choices }) {
    return el('fieldset', { class: 'fault' }, el('legend', {}, name),
      el('div', { class: 'choices' }, choices.map(({ value, name: word }) => el('label', { class: value === HEALED[key] ? 'choice' : 'choice breaks' },
        el('input', { type: 'radio', name: `fault-${key}`, id: `fault-${key}-${value}`, value, 'aria-describedby': `fault-${key}-says`,
          on: { change: () => this.change({ [key]: value }) } }), word))),
      el('p', { class: 'hint', id: `fault-${key}-says` }));
  }

  /** @param {string[]} functions */
  #kills(functions) {
    const contexts = [...byContext(functions)].map(([context, names]) => el('details', { class: 'kills' },
      el('summary', {}, context, ' ', el('span', { class: 'badge bad', id: `killed-${context}` })),
      el('div', { class: 'kill-list' }, names.map((name) => el('label', { class: 'choice breaks' },
        el('input', { type: 'checkbox', id: `kill-${name}`, on: { change: () => this.#kill(name) } }), name.slice(context.length + 1))))));
    return el('fieldset', { class: 'fault' }, el('legend', {}, 'Kill functions'),
      el('p', { class: 'hint' }, 'What runs a function dies in the middle of its work, each time, until it is healed. Watch the step be tried again, the execution fail, and no order be lost.'),
      el('div', { class: 'kills-by-context' }, contexts));
  }

  /** @param {string} name */
  #kill(name) {
    const killed = this.now?.killed ?? [];
    return this.change({ killed: box(`kill-${name}`).checked ? [...killed, name] : killed.filter((other) => other !== name) });
  }
}

/** @param {string} id */
function box(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string[]} functions */
function byContext(functions) {
  /** @type {Map<string, string[]>} */
  const contexts = new Map();
  for (const name of functions) {
    const context = name.split('/')[0];
    contexts.set(context, [...(contexts.get(context) ?? []), name]);
  }
  return contexts;
}

/** @param {Faults} faults */
function brokenWords({ stripe, webhooks, messages, killed }) {
  return [
    stripe !== 'up' && `Stripe is ${stripe}`,
    webhooks === 'twice' && 'webhooks arrive twice',
    webhooks === 'lost' && 'webhooks are lost',
    messages === 'twice' && 'messages arrive twice',
    killed.length > 0 && `${killed.join(' and ')} ${killed.length === 1 ? 'is' : 'are'} killed`,
  ].filter((words) => words !== false);
}
