// @ts-check
// The shapes of the feeds below /_local, for editors and type checkers. There is nothing here to run, and no page loads it.

/**
 * @typedef {{to: string, when: string|null}} Transition
 * @typedef {{name: string, kind: 'Task'|'Choice'|'Pass'|'Wait'|'Succeed'|'Fail', comment: string|null, transitions: Transition[]}} State
 * @typedef {{name: string, start_at: string, states: State[]}} Saga
 * @typedef {{state: string, at: string}} Step
 * @typedef {{name: string, order_id: string, direction: string, status: 'RUNNING'|'SUCCEEDED'|'FAILED'|'TIMED_OUT',
 *   started_at: string, stopped_at: string|null, state: string|null, path: Step[], retries: number,
 *   error: string|null, cause: string|null}} Execution
 * @typedef {{name: string, dead_letter: boolean, ready: number, in_flight: number, delayed: number}} QueueDepth
 * @typedef {{now: string, executions: Execution[], queues: QueueDepth[], mails: number, orders: Record<string, number>,
 *   requests: number, failed_records: number}} Now
 * @typedef {{id: string, body: string, receive_count: number, sent_at: string, standing: 'visible'|'in_flight'|'delayed'}} Message
 * @typedef {{name: string, dead_letter: boolean, messages: Message[]}} QueueView
 * @typedef {{id: string, at: string, from: string, to: string[], subject: string, text: string, html: string,
 *   tags: Record<string, string>}} Mail
 * @typedef {{what: string, count: number, usd: number}} BillLine
 * @typedef {{function: string, invocations: number, requests: number, write_units: number, read_units: number,
 *   seconds: number}} FunctionUse
 * @typedef {{orders: number, usd: number, usd_per_order: number|null, requests_per_order: number|null,
 *   write_units_per_order: number|null, lines: BillLine[], by_function: FunctionUse[], since: string}} Bill
 * @typedef {{stripe: 'up'|'slow'|'down', webhooks: 'once'|'twice'|'lost', messages: 'once'|'twice', killed: string[]}} Faults
 * @typedef {Faults & {functions: string[]}} FaultsFeed
 */

export {};
