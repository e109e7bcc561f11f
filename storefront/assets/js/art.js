// @ts-check
// A picture for a product that has none: a still life on a shelf, always the same for the same sku.

import { svg } from './dom.js';

/** Wall, shelf, and three colours of things. */
const PALETTES = [
  ['#dfe8e1', '#b9c9bd', '#0f4c3a', '#d9a441', '#f7f5ec'],
  ['#f2e3d5', '#dcc3ab', '#b5482f', '#2f4858', '#f9f3ea'],
  ['#dde6ee', '#bccbd9', '#27496d', '#e07a5f', '#f4f1e9'],
  ['#f0e6ea', '#d9c3cd', '#7a3b5d', '#3f7d6e', '#fbf6f3'],
  ['#e9e6da', '#cdc8b3', '#5b6236', '#c8553d', '#fffdf5'],
  ['#e3e0ee', '#c6c0dc', '#4a4580', '#e0a458', '#f8f6fb'],
  ['#dcebea', '#b3d0cf', '#1f6f78', '#d1495b', '#f5faf8'],
  ['#f3ead0', '#dfd0a3', '#8a5a1c', '#35605a', '#fffaf0'],
];

const FLOOR = 232;

/** @type {((x: number, s: number, fill: string) => SVGElement)[]} Things on the shelf: `x` is the middle, `s` half the width. */
const THINGS = [
  (x, s, fill) => svg('circle', { cx: x, cy: FLOOR - s, r: s, fill }),
  (x, s, fill) => svg('rect', { x: x - s * 0.8, y: FLOOR - s * 2.6, width: s * 1.6, height: s * 2.6, rx: 4, fill }),
  (x, s, fill) => svg('path', { d: `M${x - s} ${FLOOR}v${-s * 1.5}a${s} ${s} 0 0 1 ${s * 2} 0V${FLOOR}z`, fill }),
  (x, s, fill) => svg('path', { d: `M${x} ${FLOOR - s * 2.7}L${x + s} ${FLOOR}H${x - s}z`, fill, 'stroke-linejoin': 'round', stroke: fill, 'stroke-width': 4 }),
  (x, s, fill) =>
    svg('path', {
      d: `M${x - s * 0.35} ${FLOOR - s * 2.9}h${s * 0.7}v${s * 0.8}q${s * 0.75} ${s * 0.5} ${s * 0.65} ${s * 1.2}q0 ${s * 0.8}${-s * 0.5} ${s * 0.9}h${-s}q${-s * 0.5} ${-s * 0.1}${-s * 0.5} ${-s * 0.9}q${-s * 0.1} ${-s * 0.7} ${s * 0.65} ${-s * 1.2}z`,
      fill,
    }),
  (x, s, fill) => svg('path', { d: `M${x - s * 1.1} ${FLOOR - s * 1.2}h${s * 2.2}a${s * 1.1} ${s * 1.2} 0 0 1 ${-s * 2.2} 0z`, fill }),
];

/**
 * @param {string} sku
 * @returns {SVGElement}
 */
export function still(sku) {
  const next = numbers(sku);
  const [wall, shelf, ...colours] = PALETTES[next() % PALETTES.length];
  const first = next() % 3;
  const things = [0, 1, 2].map((place) => {
    const size = 30 + (next() % 26);
    const x = 104 + place * 96 + (next() % 25) - 12;
    return THINGS[next() % THINGS.length](x, size, colours[(first + place) % 3]);
  });
  const sun = svg('circle', { cx: 60 + (next() % 280), cy: 62 + (next() % 30), r: 26 + (next() % 16), fill: colours[2], opacity: 0.75 });
  return svg(
    'svg',
    { viewBox: '0 0 400 300', class: 'art', 'aria-hidden': 'true', focusable: 'false', preserveAspectRatio: 'xMidYMid slice' },
    svg('rect', { width: 400, height: 300, fill: wall }),
    sun,
    ...things,
    svg('rect', { y: FLOOR, width: 400, height: 300 - FLOOR, fill: shelf }),
    svg('rect', { y: FLOOR, width: 400, height: 5, fill: '#000', opacity: 0.08 }),
  );
}

/**
 * Numbers that follow from a text: FNV-1a, and xorshift from there.
 * @param {string} text
 * @returns {() => number}
 */
function numbers(text) {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ character.charCodeAt(0), 16777619);
  state = state || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % 10007;
  };
}
