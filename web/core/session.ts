// Who is signed in. The token is kept, so that a closed tab loses neither the line nor the seats.

import {signal} from './reactive';

export type Session = {
  user: string; role: string; token: string; expiresAt: string
};

const place = 'boxoffice.session';

/** What the server says of signing in: with a name, or not at all. */
export const signInByName = document.documentElement.dataset.signIn === 'dev';

function stored(): Session|null {
  try {
    return JSON.parse(localStorage.getItem(place) ?? 'null') as Session | null;
  } catch {
    return null;
  }
}

export const session = signal<Session|null>(stored());

export function keepSession(next: Session|null): void {
  if (next)
    localStorage.setItem(place, JSON.stringify(next));
  else
    localStorage.removeItem(place);
  session.set(next);
}

// Another tab has signed in or out.
addEventListener('storage', (event) => {
  if (event.key === place) session.set(stored());
});

/** What a token says of itself; null for a text that is no token. Nothing is verified here. */
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
