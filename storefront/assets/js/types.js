// @ts-check
// The shapes that travel between modules, for editors and type checkers. There is nothing here to run, and no page loads it.

/**
 * @typedef {{amount_minor: number, currency: string}} Money  Minor units: cents for EUR, yen for JPY.
 * @typedef {{url: string, type: string, width: number}} ImageSource
 * @typedef {{alt: string, width: number, height: number, sources: ImageSource[]}} ProductImage
 * @typedef {{sku: string, name: string, description: string, price: Money, images: ProductImage[]}} Product
 * @typedef {{sku: string, available: number, more: boolean}} Availability  `more`: there are more than `available`.
 * @typedef {{sku: string, phase: 'announced'|'open'|'over', opens_at: string, closes_at?: string, per_customer?: number,
 *   sold_out: boolean}} Sale
 * @typedef {{sku: string, name: string, quantity: number, unit_price: Money}} OrderItem
 * @typedef {{waits_for: 'stock'|'turn', position?: number, estimated_seconds?: number}} Queue
 * @typedef {{id: string, status: string, items: OrderItem[], total: Money, created_at: string, updated_at: string,
 *   reason?: string, next_action?: {client_secret: string}, queue?: Queue}} Order
 * @typedef {{sku: string, name: string, price: Money, quantity: number, alone: boolean}} Line
 *   A line of the cart. `name` and `price` are as the buyer last saw them. `alone`: it is in a sale, and so ordered by itself.
 * @typedef {{body: string, owner: string, skus: string[]}} Pending
 *   An order that was sent and not answered: the exact text that was sent, and the customer who did.
 * @typedef {{lines: Line[], key: string|null, owner: string|null, pending: Pending|null}} Cart
 * @typedef {{client_id: string, authorize_url: string, token_url: string, revoke_url: string, logout_url: string,
 *   scopes: string, stripe_publishable_key: string|null, local: boolean}} Config
 * @typedef {{sub: string, email?: string, name?: string}} Claims
 */

export {};
