// @ts-check
// Where the states of a saga stand, and how the ways between them run. Nothing is drawn here, and nothing is known of orders:
//
// - the spine is the happy path: from the start, always the first way that is no failure; it runs down the middle;
// - then the states that most ways leave the spine for begin a lane of their own: the longest way on from there. The first
//   lane (the undo) runs on the right, the others on the left;
// - failures stand at the bottom of the left.

/**
 * @typedef {import('./types.js').Saga} Saga
 * @typedef {import('./types.js').State} State
 * @typedef {{state: State, x: number, y: number, column: -1|0|1, row: number}} Place
 * @typedef {{from: string, to: string, when: string|null, d: string, failure: boolean, middle: {x: number, y: number}}} Edge
 * @typedef {{places: Map<string, Place>, edges: Edge[], width: number, height: number}} Layout
 */

/** @type {Record<State['kind'], {width: number, height: number}>} */
const SIZES = {
  Task: { width: 156, height: 36 },
  Choice: { width: 188, height: 46 },
  Pass: { width: 156, height: 36 },
  Wait: { width: 156, height: 36 },
  Succeed: { width: 130, height: 36 },
  Fail: { width: 130, height: 36 },
};
const WIDEST = SIZES.Choice;
const STEP = { x: 258, y: 60 };
const MARGIN = { x: 56, y: 12 };

/**
 * Half of a state's width and height.
 * @param {State} state
 */
export function half(state) {
  const { width, height } = SIZES[state.kind];
  return { x: width / 2, y: height / 2 };
}

/**
 * @param {Saga} saga
 * @returns {Layout}
 */
export function layout(saga) {
  const states = new Map(saga.states.map((state) => [state.name, state]));
  const spine = happyPath(states, saga.start_at);
  const rows = new Map(spine.map((name, row) => [name, row]));
  /** @type {Map<string, -1|0|1>} */
  const columns = new Map(spine.map((name) => [name, 0]));
  lanes(states, spine).forEach((lane, index) => {
    const side = index === 0 ? 1 : -1;
    const first = firstRow(states, lane, rows);
    const free = Math.max(first, ...taken(rows, columns, side).filter((row) => row >= first).map((row) => row + 2));
    lane.forEach((name, place) => (rows.set(name, free + place), columns.set(name, side)));
  });
  lowerEnds(states, rows);
  placeFailures(states, rows, columns);
  return measured(states, rows, columns);
}

/**
 * @param {Map<string, State>} states
 * @param {string} start
 */
function happyPath(states, start) {
  const path = [start];
  for (let at = states.get(start); at; ) {
    const next = at.transitions.find(({ to }) => states.get(to)?.kind !== 'Fail' && !path.includes(to));
    if (!next) break;
    path.push(next.to);
    at = states.get(next.to);
  }
  return path;
}

/**
 * @param {Map<string, State>} states
 * @param {string[]} spine
 */
function lanes(states, spine) {
  const placed = new Set(spine);
  const waysOff = new Map();
  for (const name of spine) {
    for (const { to } of states.get(name)?.transitions ?? []) waysOff.set(to, (waysOff.get(to) ?? 0) + 1);
  }
  const found = [];
  for (;;) {
    const rest = [...states.keys()].filter((name) => !placed.has(name) && states.get(name)?.kind !== 'Fail');
    if (rest.length === 0) return found;
    const [seed] = rest.sort((a, b) => (waysOff.get(b) ?? 0) - (waysOff.get(a) ?? 0));
    const lane = longest(states, seed, placed, new Map());
    lane.forEach((name) => placed.add(name));
    found.push(lane);
  }
}

/**
 * The longest way on through states that have no place yet.
 * @param {Map<string, State>} states
 * @param {string} from
 * @param {Set<string>} placed
 * @param {Map<string, string[]>} known
 * @returns {string[]}
 */
function longest(states, from, placed, known) {
  const before = known.get(from);
  if (before) return before;
  // Until it is known: a way that comes back here ends.
  known.set(from, []);
  /** @type {string[]} */
  let best = [];
  for (const { to } of states.get(from)?.transitions ?? []) {
    if (placed.has(to) || states.get(to)?.kind === 'Fail') continue;
    const way = longest(states, to, placed, known);
    if (way.length > best.length) best = way;
  }
  const way = [from, ...best];
  known.set(from, way);
  return way;
}

/**
 * A lane begins beside the first state that leads to its first.
 * @param {Map<string, State>} states
 * @param {string[]} lane
 * @param {Map<string, number>} rows
 */
function firstRow(states, lane, rows) {
  const sources = [...rows].filter(([name]) => states.get(name)?.transitions.some(({ to }) => to === lane[0]));
  return sources.length ? Math.min(...sources.map(([, row]) => row)) : 0;
}

/**
 * @param {Map<string, number>} rows
 * @param {Map<string, number>} columns
 * @param {number} side
 */
function taken(rows, columns, side) {
  return [...columns].filter(([, column]) => column === side).map(([name]) => rows.get(name) ?? 0);
}

/**
 * A good end stands below everything that leads to it.
 * @param {Map<string, State>} states
 * @param {Map<string, number>} rows
 */
function lowerEnds(states, rows) {
  for (const [name, state] of states) {
    if (state.kind === 'Succeed') rows.set(name, Math.max(rows.get(name) ?? 0, ...[...rows.values()].map((row) => row + 1)));
  }
}

/**
 * @param {Map<string, State>} states
 * @param {Map<string, number>} rows
 * @param {Map<string, -1|0|1>} columns
 */
function placeFailures(states, rows, columns) {
  const failures = [...states.values()].filter((state) => state.kind === 'Fail');
  const free = Math.max(-1, ...taken(rows, columns, -1)) + 1;
  const lowest = Math.max(...rows.values());
  failures.forEach((state, index) => {
    rows.set(state.name, Math.max(free, lowest - 1 - 3 * (failures.length - 1 - index)));
    columns.set(state.name, -1);
  });
}

/**
 * @param {Map<string, State>} states
 * @param {Map<string, number>} rows
 * @param {Map<string, -1|0|1>} columns
 * @returns {Layout}
 */
function measured(states, rows, columns) {
  const width = 2 * STEP.x + WIDEST.width + 2 * MARGIN.x;
  /** @type {Map<string, Place>} */
  const places = new Map();
  for (const [name, state] of states) {
    const [row, column] = [rows.get(name) ?? 0, columns.get(name) ?? 0];
    places.set(name, { state, row, column, x: width / 2 + column * STEP.x, y: MARGIN.y + WIDEST.height / 2 + row * STEP.y });
  }
  const height = MARGIN.y * 2 + WIDEST.height + Math.max(...rows.values()) * STEP.y + 12;
  const edges = [...places.values()].flatMap((from) => from.state.transitions.flatMap(({ to, when }) => {
    const target = places.get(to);
    return target ? [edge(from, target, when)] : [];
  }));
  return { places, edges, width, height };
}

/**
 * @param {Place} from
 * @param {Place} to
 * @param {string|null} when
 * @returns {Edge}
 */
function edge(from, to, when) {
  const [a, b, c, d] = curve(from, to);
  const at = (/** @type {'x'|'y'} */ axis) => (a[axis] + 3 * b[axis] + 3 * c[axis] + d[axis]) / 8;
  return {
    from: from.state.name,
    to: to.state.name,
    when,
    failure: to.state.kind === 'Fail',
    d: `M${a.x} ${a.y}C${b.x} ${b.y} ${c.x} ${c.y} ${d.x} ${d.y}`,
    middle: { x: at('x'), y: at('y') },
  };
}

/**
 * The four points of a Bézier curve: down the column to the next state, around those between, or across.
 * @param {Place} from
 * @param {Place} to
 */
function curve(from, to) {
  const [leave, enter] = [half(from.state), half(to.state)];
  const below = to.row > from.row;
  if (from.column === to.column && to.row === from.row + 1) {
    const [y, end] = [from.y + leave.y, to.y - enter.y];
    return [{ x: from.x, y }, { x: from.x, y: y + 6 }, { x: to.x, y: end - 6 }, { x: to.x, y: end }];
  }
  if (from.column === to.column) {
    const side = from.column || (below ? -1 : 1);
    const out = from.x + side * (WIDEST.width / 2 + 12 + 9 * Math.min(5, Math.abs(to.row - from.row)));
    return [{ x: from.x + side * leave.x, y: from.y }, { x: out, y: from.y }, { x: out, y: to.y }, { x: to.x + side * enter.x, y: to.y }];
  }
  const side = Math.sign(to.column - from.column);
  const [x, end] = [from.x + side * leave.x, to.x - side * enter.x];
  return [{ x, y: from.y }, { x: x + side * 46, y: from.y }, { x: end - side * 46, y: to.y }, { x: end, y: to.y }];
}
