// @ts-check
// The saga's section: the graph, what moves on it, and the list beside it.

import { byId, el, fill } from './dom.js';
import { Executions } from './executions.js';
import { get } from './feeds.js';
import { Graph, asText, describe } from './graph.js';
import { Traffic } from './traffic.js';

/** @typedef {import('./types.js').Now} Now */

export class SagaSection {
  constructor() {
    this.version = '';
    /** @type {Graph|null} */
    this.graph = null;
    /** @type {Traffic|null} */
    this.traffic = null;
    this.executions = new Executions(byId('executions'), (path) => this.graph?.highlight(path));
    this.failures = /** @type {HTMLInputElement} */ (byId('failures'));
    this.failures.addEventListener('change', () => this.graph?.showFailures(this.failures.checked));
  }

  /** Reads the state machine, which stays the same while the cloud runs, and mostly when it is started again. */
  async load() {
    const saga = /** @type {import('./types.js').Saga} */ (await get('/_local/saga'));
    const version = JSON.stringify(saga);
    if (version === this.version) return;
    this.version = version;
    this.traffic?.stop();
    const line = byId('about-state');
    this.graph = new Graph(saga, (state) => describe(line, state));
    this.traffic = new Traffic(this.graph);
    this.graph.showFailures(this.failures.checked);
    describe(line, null);
    const place = fill(byId('graph'), this.graph.element);
    // Where it does not fit, the middle is what happens most.
    place.scrollLeft = (place.scrollWidth - place.clientWidth) / 2;
    fill(byId('graph-text'), el('p', { class: 'hint' }, `${saga.name} begins at ${saga.start_at}.`), asText(saga));
  }

  /** @param {Now} now */
  read(now) {
    this.traffic?.read(now.executions);
    this.executions.read(now.executions, now.now);
  }
}
