// What is asked of an identity provider, and what its answers mean: OpenID Connect Core 1.0, the code
// flow with PKCE (RFC 7636). Nothing here touches the page.

import {type Provider, type Reason, type Session} from './session';

export class LogInProblem extends Error {
  constructor(readonly reason: Reason, detail = '') { super(detail); }
}

export type Endpoints = {
  authorize: string; token: string; endSession: string | null
};

/** One way to the provider and back. It waits in the tab that went. */
export type Attempt = {
  state: string; nonce: string; verifier: string;
  /** The part of the address after `#` that the person comes back to. */
  returnTo: string;
  redirectUri: string;
  /** Nobody is asked anything there: it works for who is still known there. */
  silent: boolean;
};

/** What the provider gives. */
export type Tokens = {
  session: Session; refreshToken: string | null; idToken: string | null;
  /** By this browser's clock. */
  gottenAt: number;
  endsAt: number;
};

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** 43 characters that nobody guesses. */
export const randomText = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** RFC 7636, 4.2. */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

export function newAttempt(returnTo: string, redirectUri: string, silent: boolean): Attempt {
  return {
    state: randomText(),
    nonce: randomText(),
    verifier: randomText(),
    returnTo,
    redirectUri,
    silent
  };
}

export const discoveryOf = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

/** Reads the discovery document. **Throws** what is not this provider's, or asks at another origin. */
export function readEndpoints(found: unknown, issuer: string): Endpoints {
  const all = (typeof found === 'object' && found ? found : {}) as Record<string, unknown>;
  const here = new URL(issuer).origin;
  const address = (name: string): string|null => {
    try {
      return new URL(String(all[name])).href;
    } catch {
      return null;
    }
  };
  const mayGo = (text: string|null): text is string =>
    text !== null && (new URL(text).protocol === 'https:' || new URL(text).origin === here);
  const authorize = address('authorization_endpoint');
  const token = address('token_endpoint');
  const endSession = address('end_session_endpoint');
  if (all.issuer !== issuer) throw new LogInProblem('unfit', 'it names another issuer');
  if (!mayGo(authorize)) throw new LogInProblem('unfit', 'it has no authorization endpoint');
  if (!token || new URL(token).origin !== here)
    throw new LogInProblem('unfit', 'its token endpoint lies elsewhere');
  return {authorize, token, endSession: mayGo(endSession) ? endSession : null};
}

export async function authorizeUrl(
  endpoint: string, at: Provider, attempt: Attempt): Promise<string> {
  const url = new URL(endpoint);
  const asked: Record<string, string> = {
    response_type: 'code',
    client_id: at.clientId,
    redirect_uri: attempt.redirectUri,
    scope: at.scope,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: 'S256',
    ...(attempt.silent ? {prompt: 'none'} : {}),
    ...resourceOf(at),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

// Providers that know neither of them ignore it (RFC 6749, 3.1).
const resourceOf = (at: Provider): Record<string, string> =>
  at.resource ? {resource: at.resource, audience: at.resource} : {};

/** The code that a provider has sent back. **Throws** when it sent none, or not for this attempt. */
export function codeOf(query: URLSearchParams, attempt: Attempt|null, issuer: string): string {
  const from = query.get('iss');  // RFC 9207
  if (!attempt || query.get('state') !== attempt.state || (from !== null && from !== issuer))
    throw new LogInProblem('foreign');
  const error = query.get('error');
  if (error === 'access_denied') throw new LogInProblem('denied');
  if (error !== null) {
    const mayAsk = /^(login|interaction|consent|account_selection)_required$/.test(error);
    throw new LogInProblem(attempt.silent && mayAsk ? 'again' : 'answered', error);
  }
  return query.get('code') ?? '';
}

export const codeForm = (at: Provider, attempt: Attempt, code: string): URLSearchParams =>
  new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: at.clientId,
    code,
    redirect_uri: attempt.redirectUri,
    code_verifier: attempt.verifier,
    ...resourceOf(at),
  });

export const refreshForm = (at: Provider, refreshToken: string): URLSearchParams =>
  new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: at.clientId,
    refresh_token: refreshToken,
    ...resourceOf(at),
  });

/** The claims of a token; null for a text that is none. Nothing is verified here. */
export function readClaims(token: string): Record<string, unknown>|null {
  try {
    const part = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (one) => one.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims ? claims as Record<string, unknown>: null;
  } catch {
    return null;
  }
}

/** The claim of that name; where there is none, the name is a path through objects. */
function claimAt(claims: Record<string, unknown>, path: string): unknown {
  if (path in claims) return claims[path];
  return path.split('.').reduce<unknown>(
    (at, part) => (at as Record<string, unknown>| null | undefined)?.[part], claims);
}

/** The highest role among those that a claim names, as the server reads it. */
export function roleOf(claims: Record<string, unknown>, path: string): string {
  const named = [claimAt(claims, path)].flat();
  return ['admin', 'operator'].find((one) => named.includes(one)) ?? 'user';
}

const textOf = (value: unknown): string|null =>
  typeof value === 'string' && value !== '' ? value : null;

/**
 * Reads the answer of the token endpoint. `before` is what it renews; `nonce` what the token of a new
 * log-in has to carry. **Throws** what this server could not read. Signatures are not checked: the
 * answer came from the provider itself (OpenID Connect Core, 3.1.3.7), and the server checks its token.
 */
export function readTokens(
  answer: unknown, at: Provider, now: number, nonce: string|null, before: Tokens|null): Tokens {
  const all = (typeof answer === 'object' && answer ? answer : {}) as Record<string, unknown>;
  const token = textOf(all.access_token);
  const claims = token ? readClaims(token) : null;
  if (!token || !claims) throw new LogInProblem('unfit', 'its token is none that can be read');
  const user = textOf(claims.sub);
  if (!user) throw new LogInProblem('unfit', 'its token names nobody');
  if (before && before.session.user !== user) throw new LogInProblem('foreign');

  const idToken = textOf(all.id_token);
  const person = idToken ? readClaims(idToken) : null;
  if (idToken && nonce !== null) {
    const isForUs = [person?.aud].flat().includes(at.clientId);
    if (person?.iss !== at.issuer || !isForUs || person.nonce !== nonce)
      throw new LogInProblem('foreign');
  }
  const lasts = Number(all.expires_in);
  const ends = lasts > 0 ? now + lasts * 1000 : Number(claims.exp) * 1000;
  if (!(ends > now)) throw new LogInProblem('unfit', 'its token is over at once');
  const name = textOf(person?.name) ?? textOf(person?.preferred_username) ?? textOf(person?.email);
  return {
    session: {
      user,
      role: roleOf(claims, at.roleClaim),
      token,
      expiresAt: new Date(ends).toISOString(),
      name: name ?? before?.session.name ?? user,
      fleeting: true,
    },
    refreshToken: textOf(all.refresh_token) ?? before?.refreshToken ?? null,
    idToken: idToken ?? before?.idToken ?? null,
    gottenAt: now,
    endsAt: ends,
  };
}

/** What a refusal of the token endpoint means (RFC 6749, 5.2). */
export function problemOfTokens(status: number, answer: unknown): LogInProblem {
  const error = (answer as {error?: unknown} | null)?.error;
  if (status >= 500) return new LogInProblem('away', String(status));
  if (error === 'invalid_grant') return new LogInProblem('late');
  return new LogInProblem('answered', textOf(error) ?? String(status));
}

/** When a token is renewed: after three quarters of its life. */
export const renewAt = (of: Tokens): number => of.gottenAt + (of.endsAt - of.gottenAt) * 0.75;

export function endSessionUrl(
  endpoint: string, at: Provider, idToken: string|null, back: string): string {
  const url = new URL(endpoint);
  url.searchParams.set('client_id', at.clientId);
  url.searchParams.set('post_logout_redirect_uri', back);
  if (idToken) url.searchParams.set('id_token_hint', idToken);
  return url.href;
}
