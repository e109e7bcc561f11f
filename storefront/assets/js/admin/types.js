// @ts-check
// The shapes of the back office, beside those of `../types.js`. There is nothing here to run, and no page loads it.

/**
 * @typedef {import('../types.js').Money} Money
 * @typedef {{name: string, description: string, price: Money}} Details  What PUT /products/{id} takes.
 * @typedef {{details: Details, etag: string}} Version  A product as it was read, and the name of that version.
 * @typedef {{sku: string, available: number, received: number, written_off: number, committed_or_held: number, shards: number[],
 *   updated_at: string}} Stock
 * @typedef {{sku: string, delta: number, reason: string, at: string}} Adjustment
 * @typedef {{image_id: string, state: 'requested'|'ready'|'rejected', alt: string, requested_at: string, reason?: string,
 *   width?: number, height?: number, sources?: import('../types.js').ImageSource[]}} Image
 * @typedef {{image_id: string, upload: {method: string, url: string, headers: Record<string, string>, expires_at: string}}} Upload
 * @typedef {{at: string, what: string, by?: string, execution?: string, round?: number, event?: {id: string, type: string}}} Moment
 * @typedef {{customer_id: string, email: string, payment_method: string, deadline: string, version: number, watch_round: number,
 *   needs_operator_since?: string, history: Moment[]}} Inside
 * @typedef {import('../types.js').Order & {admin?: Inside}} Order
 * @typedef {{payment_intent_id: string, status: string, amount: Money, reason?: string, updated_at: string,
 *   ledger: {kind: string, amount_minor: number, at: string}[]}} Payment
 * @typedef {{sku: string, quantity: number, shard: number, state: string, reason?: string, expires_at: string}} Hold
 * @typedef {{template: string, state: string, claimed_at: string, sent_at?: string}} Mail
 * @typedef {{payment: Payment|null, holds: Hold[], mails: Mail[]}} Around  What the other contexts know of an order.
 * @typedef {{id: string, body: string, sent_at: string, receives: number, reason?: string}} Letter
 * @typedef {{queue: string, messages: number, shown: Letter[]}} Queue
 */

export {};
