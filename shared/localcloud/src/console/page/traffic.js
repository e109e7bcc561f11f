// @ts-check
// Executions on the move. The feed says where they have been; most have been through before it is read again. So each is played
// at a speed that can be watched, and those that would lag behind are hurried.

import { svg } from './dom.js';
import { half } from './layout.js';

/**
 * @typedef {import('./types.js').Execution} Execution
 * @typedef {import('./graph.js').Graph} Graph
 * @typedef {{execution: Execution, dot: SVGElement, at: number, began: number, way: Way|null, place: Point, aside: number,
 *   gone: boolean}} Traveller
 *   `at`: how far along its path it has been played; `began`: when it set out, or came to rest; `way`: what it is moving on;
 *   `gone`: the feed has so many newer ones that it does not say what became of this one.
 * @typedef {{x: number, y: number}} Point
 * @typedef {(done: number) => Point} Way
 */

const STEP_MS = 300;
const HURRIED_MS = 70;
/** More steps than this behind, and a dot hurries. */
const PATIENT_STEPS = 14;
/** More dots than this, and further executions are only counted. */
const MOST_DOTS = 60;
/** Those that are read of together set out one after the other, or they would look like one. */
const APART_MS = 60;
/** How far from the middle of a way a dot may run, for the same reason. */
const ASIDE = 5;
/** How long a dot stays where it ended. */
const REST_MS = 900;

export class Traffic {
  /**
   * @param {Graph} graph
   */
  constructor(graph) {
    this.graph = graph;
    /** @type {Map<string, Traveller>} */
    this.travellers = new Map();
    /** @type {Set<string>} */
    this.through = new Set();
    /** @type {Map<string, {passed: number, failed: number}>} */
    this.tally = new Map();
    this.still = matchMedia('(prefers-reduced-motion: reduce)');
    this.first = true;
    this.frame = 0;
  }

  /**
   * Takes what the feed says now.
   * @param {Execution[]} executions
   */
  read(executions) {
    const named = new Set(executions.map(({ name }) => name));
    for (const traveller of this.travellers.values()) traveller.gone = !named.has(traveller.execution.name);
    for (const name of this.through) if (!named.has(name)) this.through.delete(name);
    let apart = 0;
    for (const execution of [...executions].reverse()) {
      if (this.through.has(execution.name)) continue;
      const traveller = this.travellers.get(execution.name);
      if (traveller) this.#follow(traveller, execution);
      else this.#meet(execution, APART_MS * apart++);
    }
    this.first = false;
    this.#count();
    if (this.travellers.size > 0 && this.frame === 0) this.frame = requestAnimationFrame((now) => this.#draw(now));
  }

  /**
   * Those that had ended before the page was opened are counted; of those that run, only the last state is shown.
   * @param {Execution} execution
   * @param {number} later
   */
  #meet(execution, later) {
    const over = execution.status !== 'RUNNING';
    if ((over && this.first) || this.travellers.size >= MOST_DOTS) return over ? this.#end(execution, 0) : undefined;
    if (execution.path.length === 0) return undefined;
    const dot = svg('circle', { r: 6, class: `dot ${execution.direction}` }, svg('title', {}, execution.order_id));
    const at = this.first ? execution.path.length - 1 : 0;
    for (const { state } of execution.path.slice(0, at)) this.#figures(state).passed += 1;
    const place = this.#stand(execution.path[at].state, 0);
    const aside = ASIDE * (((this.travellers.size * 3) % 7) / 3 - 1);
    this.travellers.set(execution.name, { execution, dot, at, began: performance.now() + later, way: null, place, aside, gone: false });
    this.graph.dots.append(dot);
    return undefined;
  }

  /**
   * @param {Traveller} traveller
   * @param {Execution} execution
   */
  #follow(traveller, execution) {
    traveller.execution = execution;
    // A cloud that was started again runs it from the beginning.
    if (execution.path.length <= traveller.at) Object.assign(traveller, { at: Math.max(0, execution.path.length - 1), way: null });
  }

  /** @param {number} now */
  #draw(now) {
    /** @type {Map<string, number>} */
    const crowd = new Map();
    for (const traveller of this.travellers.values()) this.#move(traveller, now, crowd);
    this.#count();
    this.frame = this.travellers.size > 0 ? requestAnimationFrame((next) => this.#draw(next)) : 0;
  }

  /**
   * @param {Traveller} traveller
   * @param {number} now
   * @param {Map<string, number>} crowd  How many stand in each state already.
   */
  #move(traveller, now, crowd) {
    const { execution, dot } = traveller;
    const behind = execution.path.length - 1 - traveller.at;
    const elapsed = now - traveller.began;
    const step = behind > PATIENT_STEPS ? HURRIED_MS : STEP_MS;
    if (traveller.way && elapsed >= step) this.#arrive(traveller, now);
    else if (!traveller.way && behind > 0 && elapsed >= 0) this.#leave(traveller, now);
    else if (!traveller.way && (execution.status !== 'RUNNING' || traveller.gone) && elapsed > REST_MS) return this.#end(execution, traveller.at);
    const state = execution.path[traveller.at]?.state ?? '';
    if (traveller.way) {
      const { x, y } = traveller.way(Math.min(1, (now - traveller.began) / step));
      traveller.place = { x: x + traveller.aside, y: y + traveller.aside / 2 };
    } else {
      const standing = crowd.get(state) ?? 0;
      crowd.set(state, standing + 1);
      traveller.place = this.#stand(state, standing);
    }
    dot.setAttribute('cx', traveller.place.x.toFixed(1));
    dot.setAttribute('cy', traveller.place.y.toFixed(1));
    return undefined;
  }

  /**
   * @param {Traveller} traveller
   * @param {number} now
   */
  #leave(traveller, now) {
    const [from, to] = [traveller.execution.path[traveller.at], traveller.execution.path[traveller.at + 1]];
    traveller.way = this.#wayBetween(traveller.place, from.state, to.state);
    traveller.began = now;
  }

  /**
   * @param {Traveller} traveller
   * @param {number} now
   */
  #arrive(traveller, now) {
    this.#figures(traveller.execution.path[traveller.at].state).passed += 1;
    traveller.at += 1;
    traveller.way = null;
    traveller.began = now;
  }

  /**
   * @param {Point} here
   * @param {string} from
   * @param {string} to
   * @returns {Way}
   */
  #wayBetween(here, from, to) {
    const end = this.#stand(to, 0);
    const path = this.graph.way(from, to);
    if (this.still.matches) return () => end;
    if (!path) return (done) => ({ x: here.x + (end.x - here.x) * done, y: here.y + (end.y - here.y) * done });
    const length = path.getTotalLength();
    return (done) => path.getPointAtLength(length * eased(done));
  }

  /**
   * Where the nth dot of those in a state stands: along its upper edge.
   * @param {string} state
   * @param {number} nth
   */
  #stand(state, nth) {
    const place = this.graph.plan.places.get(state);
    if (!place) return { x: 0, y: 0 };
    const { y } = half(place.state);
    return { x: place.x - 48 + (nth % 9) * 12, y: place.y - y + 2 - Math.floor(nth / 9) * 5 };
  }

  /**
   * Takes an execution that is over off the graph. A failed one leaves a mark where it stopped: at the last state that is no end.
   * @param {Execution} execution
   * @param {number} played
   */
  #end(execution, played) {
    this.travellers.get(execution.name)?.dot.remove();
    this.travellers.delete(execution.name);
    this.through.add(execution.name);
    for (const { state } of execution.path.slice(played)) this.#figures(state).passed += 1;
    const stopped = stoppedAt(execution, this.graph);
    if (stopped) this.#figures(stopped).failed += 1;
  }

  /** @param {string} state */
  #figures(state) {
    const figures = this.tally.get(state) ?? { passed: 0, failed: 0 };
    this.tally.set(state, figures);
    return figures;
  }

  #count() {
    /** @type {Map<string, number>} */
    const here = new Map();
    for (const { execution, at } of this.travellers.values()) {
      const state = execution.path[at]?.state ?? '';
      here.set(state, (here.get(state) ?? 0) + 1);
    }
    for (const name of this.graph.states.keys()) this.graph.count(name, { ...this.#figures(name), here: here.get(name) ?? 0 });
  }

  /** Nothing moves any more: the graph is taken away. */
  stop() {
    cancelAnimationFrame(this.frame);
  }
}

/**
 * Where an execution that did not succeed stopped.
 * @param {Execution} execution
 * @param {Graph} graph
 */
function stoppedAt(execution, graph) {
  if (execution.status !== 'FAILED' && execution.status !== 'TIMED_OUT') return null;
  const steps = execution.path.map(({ state }) => state);
  return steps.reverse().find((state) => graph.plan.places.get(state)?.state.kind !== 'Fail') ?? null;
}

/** @param {number} done */
function eased(done) {
  return done * done * (3 - 2 * done);
}
