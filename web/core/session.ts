// Who is signed in. A token of this server's own is kept, so that a closed tab loses neither the line
// nor the seats; that of an identity provider stays in memory, and is had again without asking.

import {peek, signal, type Child} from './reactive';

export type Session = {
  user: string; role: string; token: string; expiresAt: string;
  /** How the person is called, where that is not `user`. */
  name?: string;
  /** From an identity provider: never written down. */
  fleeting?: true;
};

const place = 'boxoffice.session';
const said = document.documentElement.dataset;

/** What the server says of signing in: with a name, or not. */
export const signInByName = said.signIn === 'dev';

/** Where people log in, as the settings of the server have it. */
export type Provider = {
  issuer: string; clientId: string; scope: string; resource: string; roleClaim: string
};
export const provider = said.issuer ? said as unknown as Provider : null;

function stored(): Session|null {
  if (provider && !signInByName) localStorage.removeItem(place);
  try {
    return JSON.parse(localStorage.getItem(place) ?? 'null') as Session | null;
  } catch {
    return null;
  }
}

export const session = signal<Session|null>(stored());

export function keepSession(next: Session|null): void {
  if (next && !next.fleeting)
    localStorage.setItem(place, JSON.stringify(next));
  else
    localStorage.removeItem(place);
  session.set(next);
}

// Another tab has signed in or out.
addEventListener('storage', (event) => {
  if (event.key === place && (event.newValue || !peek(session)?.fleeting)) session.set(stored());
});

/** Why a log-in at the provider came to nothing; `log_in_card.ts` has the words. */
export type Reason = 'away'|'denied'|'foreign'|'late'|'over'|'answered'|'unfit'|'insecure'|'again';
export type LogInFault = {
  reason: Reason; detail: string
};
/** How the log-in at the provider goes. */
export const logIn = signal<'working'|LogInFault|null>(provider ? 'working' : null);
/** The log-in ends soon, and cannot be renewed without leaving the page. */
export const endsSoon = signal(false);

/** Where the way to the provider waits for the way back. */
export const attemptPlace = 'boxoffice.log_in';

// It stays neither in the address nor in the history; before anybody reads where the page is.
function takeReturn(): URLSearchParams|null {
  if (!provider) return null;
  const query = new URLSearchParams(location.search);
  if (!query.has('state') || !(query.has('code') || query.has('error'))) return null;
  const from = JSON.parse(sessionStorage.getItem(attemptPlace) ?? 'null') as {
    state: string;
    returnTo: string
  }
  |null;
  const hash = from?.state === query.get('state') ? from.returnTo : location.hash;
  history.replaceState(null, '', location.pathname + hash);
  return query;
}
const returned = takeReturn();

/** What a token of this server says of itself; null for a text that is none. Nothing is verified here. */
export function claimsOf(token: string): Session|null {
  try {
    const part = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const claims = JSON.parse(atob(part)) as {
      sub: string;
      role?: string;
      exp: number
    };
    return {
      user: claims.sub,
      role: claims.role ?? 'user',
      token,
      expiresAt: new Date(claims.exp * 1000).toISOString(),
    };
  } catch {
    return null;
  }
}

/** What else can be done with the session of a provider; `log_in.ts` knows how. */
export type Keeper = {
  /** Another token for the same person, in place of that one. False: there is none to be had. */
  renew(token: string): Promise<boolean>;
  /** The server takes the token no more. */
  refused(): void;
  signOut(): void;
  /** Goes to the provider. */
  logIn(): void;
  /** The way there for people, or how it went. */
  card(): Child;
};
export let keeper: Keeper|null = null;

if (provider)
import('./log_in').then((part) => {keeper = part.keeper; return part.begin(returned);}).catch(() => logIn.set({reason : 'away', detail : ''}));
