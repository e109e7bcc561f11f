// @ts-check
// A few minutes of one figure as a small line, drawn as SVG. The page takes the samples itself.

import { set, svg } from './dom.js';

const WIDTH = 160;
const HEIGHT = 32;
/** Five minutes. */
const SPAN_MS = 300_000;
/** How often a sample is kept. Between two, the highest counts: a queue that was full for a moment was full. */
const EVERY_MS = 1_000;

export class Sparkline {
  /** @param {string} name  For those who do not see it. */
  constructor(name) {
    this.name = name;
    /** @type {{at: number, value: number}[]} */
    this.samples = [];
    this.line = svg('path', { class: 'spark-line' });
    this.area = svg('path', { class: 'spark-area' });
    this.element = svg('svg', { class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' }, this.area, this.line);
  }

  /** @param {number} value */
  add(value) {
    const now = Date.now();
    const last = this.samples.at(-1);
    if (last && now - last.at < EVERY_MS) last.value = Math.max(last.value, value);
    else this.samples.push({ at: now, value });
    while (this.samples[0].at < now - SPAN_MS) this.samples.shift();
    this.#draw(now);
  }

  /** @param {number} now */
  #draw(now) {
    const most = Math.max(1, ...this.samples.map(({ value }) => value));
    const points = this.samples.map(({ at, value }) => {
      const x = WIDTH * (1 - (now - at) / SPAN_MS);
      return `${x.toFixed(1)} ${(HEIGHT - 2 - (HEIGHT - 4) * (value / most)).toFixed(1)}`;
    });
    const begin = (WIDTH * (1 - (now - this.samples[0].at) / SPAN_MS)).toFixed(1);
    const line = `M${points.join('L')}L${WIDTH} ${points.at(-1)?.split(' ')[1]}`;
    set(this.line, { d: line });
    set(this.area, { d: `${line}L${WIDTH} ${HEIGHT}L${begin} ${HEIGHT}Z` });
    const highest = Math.max(...this.samples.map(({ value }) => value));
    set(this.element, { 'aria-label': `${this.name}: at most ${highest} in the last five minutes` });
  }
}
