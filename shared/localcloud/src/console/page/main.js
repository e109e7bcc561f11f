// @ts-check
// The local console: what is happening now in the local cloud, and switches to break it. One page, without a build step.
//
// The rooms:
//   index.html, console.css, sections.css   the page, its parts, its sections
//   main.js          here: starts everything, and reads the feeds while somebody looks
//   header.js        the figures at the top; says so when the cloud has stopped
//   saga.js          the saga's section, of
//     layout.js        where states stand and ways run (nothing is drawn)
//     graph.js         the drawing, and the same in words
//     traffic.js       executions as dots that move
//     executions.js    the list beside, and one execution's path
//   queues.js, sparkline.js             queues, and five minutes of each
//   mails.js         the mails
//   bill.js          what it would have cost
//   faults.js        the switches, and the banner that says what is broken
//   actions.js       orders, the clock, the check of invariants
//   experiments.js   things to try, as steps
//   feeds.js, beat.js, dom.js, words.js, types.js   requests; repeating them; elements; how things are written; shapes

import { check, startActions } from './actions.js';
import { every } from './beat.js';
import { BillSection } from './bill.js';
import { showExperiments } from './experiments.js';
import { FaultsSection } from './faults.js';
import { get } from './feeds.js';
import { showHeader, showPartTrouble, showTrouble } from './header.js';
import { MailsSection } from './mails.js';
import { QueuesSection } from './queues.js';
import { SagaSection } from './saga.js';

/** @typedef {import('./types.js').Now} Now */

const NOW_MS = 500;
/** For what changes more slowly, or costs more to read. */
const SLOW_MS = 2_000;

const saga = new SagaSection();
const queues = new QueuesSection();
const mails = new MailsSection();
const bill = new BillSection();
const faults = new FaultsSection();

/** @type {Now|null} */
let now = null;
/** Whether the cloud is to be asked anew for what stays the same while it runs. */
let anew = true;

function known() {
  return { orders: now?.orders ?? {}, running: now?.executions.filter(({ status }) => status === 'RUNNING').length ?? 0 };
}

startActions(known);
showExperiments((change) => void faults.change(change), () => void check(known));

/** @param {Error|null} error */
function trouble(error) {
  if (error) anew = true;
  showTrouble(error);
}

every(NOW_MS, async () => {
  if (anew) await saga.load();
  anew = false;
  now = /** @type {Now} */ (await get('/_local/now'));
  showHeader(now);
  saga.read(now);
  queues.read(now.queues);
  await mails.look(now.mails);
}, trouble);

every(SLOW_MS, async () => {
  await Promise.all([bill.look(), faults.look(), queues.look()]);
}, showPartTrouble);
