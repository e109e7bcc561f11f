// @ts-check
// Sign-in: OIDC's authorization code flow with PKCE (RFC 7636), for a public client. Tokens live in sessionStorage and end with
// the tab; the issuer's own session makes another tab's sign-in a redirect (docs/adr/0017).

import { config } from './config.js';
import { NoAnswer, send } from './http.js';
import { load, save } from './storage.js';

/** @typedef {{access: string, refresh: string|null, expires: number, claims: import('./types.js').Claims}} Session */

const SESSION = 'emporium.session';
/** What was started under which `state`. Several, as people go back and start again. */
const STARTED = 'emporium.sign-in';
/** What else ends with the session: see `checkout-form.js` and `admin/adjust.js`. */
const PRIVATE = ['emporium.checkout', 'emporium.adjustments'];
/** A token with less left than this is renewed before it is used. */
const MARGIN_MS = 60_000;

/** Fired on `window` when somebody signed in or out. */
export const CHANGED = 'emporium:session';

/** There is no session, or not any more: the buyer has to sign in. */
export class SignedOut extends Error {}

/** A sign-in that came to nothing. The message is for people. */
export class SignInFailed extends Error {
  /**
   * @param {string} message
   * @param {string} returnTo
   */
  constructor(message, returnTo = '/') {
    super(message);
    this.returnTo = returnTo;
  }
}

/** @returns {Session|null} */
function session() {
  return load('session', SESSION);
}

/** @param {Session|null} value */
function setSession(value) {
  save('session', SESSION, value);
  window.dispatchEvent(new Event(CHANGED));
}

/**
 * Who is signed in.
 * @returns {import('./types.js').Claims|null}
 */
export function customer() {
  return session()?.claims ?? null;
}

/**
 * Whether the signed-in person's token says that they are an admin. It decides what is offered; what is allowed, the API decides.
 */
export function isAdmin() {
  const token = session()?.access;
  if (!token) return false;
  try {
    return String(readClaims(token).scope ?? '').split(' ').includes('admin');
  } catch {
    // A token that is not for reading: whoever holds it is offered what everybody is.
    return false;
  }
}

/** This page's address, to come back to. */
export function here() {
  return location.pathname + location.search;
}

/**
 * Goes to the issuer, and comes back to `returnTo`. The page that needs the sign-in is replaced in the history, so that
 * "back" does not lead into the redirect again.
 * @param {string} [returnTo]  A path on this origin.
 */
export async function signIn(returnTo = here()) {
  if (!crypto.subtle) throw new SignInFailed('Signing in needs https, or localhost: this page was loaded by neither.', returnTo);
  const { authorize_url, client_id, scopes } = await config();
  const [state, nonce, verifier] = [random(), random(), random()];
  const started = load('session', STARTED) ?? [];
  save('session', STARTED, [...started.slice(-3), { state, nonce, verifier, returnTo: onThisOrigin(returnTo) }]);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = new URL(authorize_url, location.origin);
  url.search = String(
    new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: redirectUri(),
      scope: scopes,
      state,
      nonce,
      code_challenge: base64url(new Uint8Array(hash)),
      code_challenge_method: 'S256',
    }),
  );
  location.replace(url);
}

/**
 * Ends what `signIn` began, with the parameters that the issuer sent back.
 * @param {URLSearchParams} answer
 * @returns {Promise<string>} Where the buyer came from.
 * @throws {SignInFailed}
 */
export async function finishSignIn(answer) {
  const started = (load('session', STARTED) ?? []).find((/** @type {any} */ one) => one.state === answer.get('state'));
  if (!started) {
    // A reload of the page that has done its work already.
    if (customer()) return '/';
    throw new SignInFailed('This sign-in was not started in this tab, or was finished already.');
  }
  const back = onThisOrigin(started.returnTo);
  const error = answer.get('error');
  if (error) throw new SignInFailed(inWords(error, answer.get('error_description')), back);
  const { client_id } = await config();
  const tokens = await askTokens(
    { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: redirectUri(), code_verifier: started.verifier },
    back,
  );
  const claims = readClaims(tokens.id_token);
  if (claims.nonce !== started.nonce || ![claims.aud].flat().includes(client_id)) {
    throw new SignInFailed('The answer belongs to another sign-in.', back);
  }
  save('session', STARTED, null);
  keep(tokens, claims);
  return back;
}

/** @type {Promise<string>|null} */
let renewal = null;

/**
 * A token for the API, renewed when it is about to end or when `renew` says that it was refused.
 * @param {{renew?: boolean}} [options]
 * @returns {Promise<string>}
 * @throws {SignedOut|NoAnswer}
 */
export async function accessToken({ renew = false } = {}) {
  const current = session();
  if (!current) throw new SignedOut('nobody is signed in');
  if (!renew && current.expires - Date.now() > MARGIN_MS) return current.access;
  // One at a time: a refresh token that is used twice ends its whole family.
  renewal ??= renewed(current).finally(() => (renewal = null));
  return renewal;
}

/** @param {Session} current */
async function renewed(current) {
  if (!current.refresh) return ended('no refresh token');
  try {
    const tokens = await askTokens({ grant_type: 'refresh_token', refresh_token: current.refresh });
    // Whoever signed out meanwhile stays signed out.
    if (!session()) throw new SignedOut('signed out meanwhile');
    keep({ ...tokens, refresh_token: tokens.refresh_token ?? current.refresh }, current.claims);
    return tokens.access_token;
  } catch (error) {
    if (error instanceof SignInFailed) return ended('the refresh token is not taken any more');
    throw error;
  }
}

/**
 * @param {string} why
 * @returns {never}
 */
function ended(why) {
  setSession(null);
  throw new SignedOut(why);
}

/**
 * Lets a page go on only with a session. Without one it goes to sign in, and the promise never ends.
 * @returns {Promise<import('./types.js').Claims>}
 */
export async function needCustomer() {
  const known = customer();
  if (known) return known;
  await signIn();
  return new Promise(() => {});
}

/** Ends the session here and at the issuer. */
export async function signOut() {
  const { revoke_url, logout_url, client_id } = await config();
  const refresh = session()?.refresh;
  setSession(null);
  for (const name of PRIVATE) save('session', name, null);
  if (refresh) {
    // Should it fail, the tokens are gone from here all the same.
    await send(revoke_url, { method: 'POST', body: form({ token: refresh, client_id }), patience: 5000 }).catch(() => null);
  }
  const url = new URL(logout_url, location.origin);
  url.search = String(new URLSearchParams({ client_id, logout_uri: `${location.origin}/` }));
  location.assign(url);
}

/**
 * @param {Record<string, string>} parameters
 * @param {string} [returnTo]
 */
async function askTokens(parameters, returnTo) {
  const { token_url, client_id } = await config();
  const response = await send(token_url, { method: 'POST', body: form({ ...parameters, client_id }) });
  const body = await response.json().catch(() => ({}));
  // "Not now" is no reason to end a session.
  if (response.status === 429 || response.status >= 500) throw new NoAnswer('network');
  if (!response.ok) throw new SignInFailed(inWords(body.error ?? '', body.error_description), returnTo);
  return body;
}

/**
 * @param {any} tokens
 * @param {any} claims
 */
function keep(tokens, claims) {
  const { sub, email, name } = claims;
  const expires = Date.now() + tokens.expires_in * 1000;
  setSession({ access: tokens.access_token, refresh: tokens.refresh_token ?? null, expires, claims: { sub, email, name } });
}

/**
 * What the token says. Its signature is not checked: it came from the issuer itself, and only the API decides by tokens.
 * @param {string} token
 */
function readClaims(token) {
  try {
    const text = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  } catch {
    throw new SignInFailed('The issuer sent a token that cannot be read.');
  }
}

/**
 * @param {string} error
 * @param {string|null} [description]
 */
function inWords(error, description) {
  const words = /** @type {Record<string, string>} */ ({
    access_denied: 'The sign-in was cancelled.',
    login_required: 'You are not signed in there yet.',
    invalid_grant: 'The sign-in took too long, or was used already.',
    temporarily_unavailable: 'The sign-in service is busy. Please try again in a moment.',
    server_error: 'The sign-in service had a fault. Please try again.',
  });
  return words[error] ?? `The sign-in was refused${description ? `: ${description}` : error ? ` (${error})` : ''}.`;
}

/** @param {string} path  Anything that is not on this origin becomes the front page. */
function onThisOrigin(path) {
  const url = URL.canParse(path, location.origin) ? new URL(path, location.origin) : null;
  return url && path.startsWith('/') && url.origin === location.origin ? url.pathname + url.search : '/';
}

const redirectUri = () => `${location.origin}/signed-in.html`;
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const form = (/** @type {Record<string, string>} */ fields) => new URLSearchParams(fields);

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
