// @ts-check
// How the console writes times, lengths of time, money, numbers and names.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** @param {string} at */
export function clock(at) {
  return CLOCK.format(new Date(at));
}

/** @param {string} at */
export function day(at) {
  return DAY.format(new Date(at));
}

/**
 * @param {string} from
 * @param {string} to
 */
export function between(from, to) {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number} value */
export function number(value) {
  return NUMBER.format(value);
}

/**
 * Dollars with as many digits as it takes to see anything.
 * @param {number} usd
 */
export function dollars(usd) {
  if (usd === 0) return '$0';
  const digits = usd >= 1 ? 2 : Math.min(10, 2 - Math.floor(Math.log10(usd)));
  return `$${usd.toLocaleString('en', { minimumFractionDigits: Math.min(2, digits), maximumFractionDigits: digits })}`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function count(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/**
 * The first digits of an order's id: enough to tell it from its neighbours.
 * @param {string} id
 */
export function shortId(id) {
  const digits = id.replace(/^ord_/, '');
  return digits.length > 10 ? `${digits.slice(0, 8)}…` : digits;
}

/**
 * `ACTION_REQUIRED` as people write it.
 * @param {string} status
 */
export function status(status) {
  return status.toLowerCase().replaceAll('_', ' ');
}
