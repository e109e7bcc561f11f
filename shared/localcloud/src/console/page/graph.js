// @ts-check
// The saga as a picture: states, ways, counts, marks. The dots on it are `traffic.js`'s.

import { el, fill, say, set, svg } from './dom.js';
import { half, layout } from './layout.js';

/**
 * @typedef {import('./types.js').Saga} Saga
 * @typedef {import('./types.js').State} State
 * @typedef {import('./layout.js').Place} Place
 * @typedef {{group: SVGElement, here: SVGElement, passed: SVGElement, marks: SVGElement, place: Place}} Drawn
 * @typedef {{path: SVGPathElement, from: string, to: string, label: SVGElement|null}} Way
 */

export class Graph {
  /**
   * @param {Saga} saga
   * @param {(state: State|null) => void} look  Is told which state somebody looks at.
   */
  constructor(saga, look) {
    this.look = look;
    this.plan = layout(saga);
    /** @type {Map<string, Drawn>} */
    this.states = new Map();
    /** @type {Way[]} */
    this.ways = [];
    this.dots = svg('g', { class: 'dots' });
    const labels = svg('g', { class: 'labels' });
    this.element = svg('svg', {
      class: 'graph', viewBox: `0 0 ${this.plan.width} ${this.plan.height}`, role: 'group', 'aria-labelledby': 'graph-name',
      'aria-describedby': 'graph-help',
    }, arrow(), this.#drawWays(labels), this.#drawStates(), labels, this.dots);
    this.element.addEventListener('keydown', (event) => this.#walk(/** @type {KeyboardEvent} */ (event)));
  }

  /** @param {SVGElement} labels */
  #drawWays(labels) {
    return svg('g', { class: 'ways' }, ...this.plan.edges.map((edge) => {
      const path = /** @type {SVGPathElement} */ (svg('path', { d: edge.d, class: edge.failure ? 'way failure' : 'way', 'marker-end': 'url(#tip)' }));
      const words = edge.when && !edge.failure ? condition(edge.when) : null;
      const label = words ? svg('text', { class: 'when', x: edge.middle.x, y: edge.middle.y - 4, 'aria-hidden': true }, words) : null;
      if (label) labels.append(label);
      this.ways.push({ path, from: edge.from, to: edge.to, label });
      return path;
    }));
  }

  #drawStates() {
    const groups = [...this.plan.places.values()].map((place, index) => {
      const drawn = drawState(place);
      this.states.set(place.state.name, drawn);
      set(drawn.group, { tabindex: index === 0 ? 0 : -1 });
      for (const event of ['mouseenter', 'focus']) drawn.group.addEventListener(event, () => this.#lookAt(place.state));
      for (const event of ['mouseleave', 'blur']) drawn.group.addEventListener(event, () => this.#lookAt(null));
      return drawn.group;
    });
    return svg('g', { class: 'states' }, ...groups);
  }

  /** @param {State|null} state */
  #lookAt(state) {
    for (const way of this.ways) {
      const near = state !== null && way.from === state.name;
      way.path.classList.toggle('near', near);
      way.label?.classList.toggle('near', near);
    }
    this.look(state);
  }

  /**
   * The graph is one stop of the tab key; the arrows walk through its states.
   * @param {KeyboardEvent} event
   */
  #walk(event) {
    const names = [...this.states.keys()];
    const at = names.findIndex((name) => this.states.get(name)?.group === document.activeElement);
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -at, End: names.length - 1 - at };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    const next = names[Math.min(names.length - 1, Math.max(0, at + step))];
    this.states.forEach(({ group }, name) => set(group, { tabindex: name === next ? 0 : -1 }));
    this.states.get(next)?.group.focus();
  }

  /**
   * @param {string} name
   * @param {{here: number, passed: number, failed: number}} figures
   */
  count(name, { here, passed, failed }) {
    const drawn = this.states.get(name);
    if (!drawn) return;
    say(drawn.here, here > 0 ? here : '');
    say(drawn.passed, passed > 0 ? passed : '');
    say(drawn.marks, failed > 0 ? `✕ ${failed}` : '');
    drawn.group.classList.toggle('busy', here > 0);
    const words = [here > 0 && `${here} here`, `${passed} passed`, failed > 0 && `${failed} stopped here`].filter(Boolean);
    set(drawn.group, { 'aria-label': `${name}, ${drawn.place.state.kind}: ${words.join(', ')}` });
  }

  /**
   * Shows one execution's path, or none.
   * @param {string[]} path
   */
  highlight(path) {
    const steps = new Set(path.slice(1).map((to, index) => `${path[index]} ${to}`));
    this.element.classList.toggle('chosen', path.length > 0);
    for (const way of this.ways) way.path.classList.toggle('taken', steps.has(`${way.from} ${way.to}`));
    this.states.forEach(({ group }, name) => group.classList.toggle('taken', path.includes(name)));
  }

  /** @param {boolean} shown */
  showFailures(shown) {
    this.element.classList.toggle('with-failures', shown);
  }

  /**
   * The way between two states, if the saga has one.
   * @param {string} from
   * @param {string} to
   */
  way(from, to) {
    return this.ways.find((way) => way.from === from && way.to === to)?.path ?? null;
  }
}

function arrow() {
  const marker = svg('marker', {
    id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto', markerUnits: 'userSpaceOnUse',
  }, svg('path', { d: 'M0 0L8 4L0 8Z', class: 'tip' }));
  return svg('defs', {}, marker);
}

/**
 * @param {Place} place
 * @returns {Drawn}
 */
function drawState(place) {
  const { x, y, state } = place;
  const { x: w, y: h } = half(state);
  // A diamond leaves its corners free.
  const corner = state.kind === 'Choice' ? { x: w * 0.55, y: h * 0.62 } : { x: w, y: h };
  const here = svg('text', { class: 'here', x: x - corner.x - 4, y: y - corner.y + 6 });
  const marks = svg('text', { class: 'marks', x: x + corner.x + 4, y: y - corner.y + 6 });
  const passed = svg('text', { class: 'passed', x: x + corner.x + 4, y: y + corner.y + (state.kind === 'Choice' ? 8 : 2) });
  const name = svg('text', { class: 'name', x, y: y + 4.5 }, state.name);
  const group = svg('g', { class: `state ${state.kind.toLowerCase()}`, role: 'img', 'aria-label': state.name }, shape(place), name, here, passed, marks);
  return { group, here, passed, marks, place };
}

/** @param {Place} place */
function shape({ x, y, state }) {
  const { x: w, y: h } = half(state);
  if (state.kind === 'Choice') return svg('polygon', { points: `${x - w},${y} ${x},${y - h} ${x + w},${y} ${x},${y + h}` });
  const round = state.kind === 'Succeed' || state.kind === 'Fail' ? h : 4;
  return svg('rect', { x: x - w, y: y - h, width: 2 * w, height: 2 * h, rx: round });
}

/**
 * The graph in words, for those who do not see it.
 * @param {Saga} saga
 */
export function asText(saga) {
  return el('ul', { class: 'states-text' }, saga.states.map((state) => el('li', {},
    el('strong', {}, state.name), ` (${state.kind}) `, state.comment, el('ul', {}, state.transitions.map(way)))));
}

/**
 * What there is to know about a state, in the line below the graph.
 * @param {Element} line
 * @param {State|null} state
 */
export function describe(line, state) {
  if (!state) return fill(line, 'Point at a state, or walk through them with the arrow keys, to read what it does.');
  const ways = state.transitions.map(({ to, when }) => el('span', { class: 'way-words' }, `→ ${to}`, when ? ` when ${condition(when)}` : ''));
  return fill(line, el('strong', {}, state.name), ` ${state.comment ?? ''} `, ways);
}

/** @param {import('./types.js').Transition} transition */
function way({ to, when }) {
  return el('li', {}, `to ${to}`, when ? ` when ${condition(when)}` : '');
}

/**
 * `$.answer.outcome StringEquals "held"` as people say it. Anything else stays as it is.
 * @param {string} when
 */
function condition(when) {
  return when.replace(/^\$\.(?:answer\.)?(\S+) StringEquals "(.*)"$/, '$1 is $2').replace(/^States\.ALL$/, 'an error stays');
}
