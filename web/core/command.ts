// Commands that are carried out once, however often the page asks. What is asked is kept with its
// key until the answer is here, so that a reload or a lost connection asks the same thing again.

import {ask, pause, Problem, type Answer} from './api';
import {peek} from './reactive';
import {session} from './session';

type Kept = {
  path: string; body: unknown; key: string
};

// Whoever signs in next in this tab does not go on with it.
const placeOf = (name: string): string => `boxoffice.command.${peek(session)?.user ?? ''}.${name}`;

function read(name: string): Kept|null {
  try {
    return JSON.parse(sessionStorage.getItem(placeOf(name)) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}

// Not randomUUID, which pages over plain http do not have.
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
}

/** Whether a command of this name was sent, and its answer has not been seen. */
export function isUnanswered(name: string): boolean { return read(name) !== null; }

export type Sending = {
  queueToken?: string;
  /** Told before each further try. */
  onRetry?: (problem: Problem) => void;
  patienceMs?: number;
};

/**
 * Sends a command, or goes on with the one of that name whose answer was never seen; then `path` and
 * `body` are those of that one. **Throws** the Problem of a refusal, which is final, or of the last
 * try, after which the command is kept.
 */
export async function send<T>(
  name: string, path: string, body: unknown, how: Sending = {}): Promise<Answer<T>> {
  const kept = read(name) ?? {path, body, key: newKey()};
  sessionStorage.setItem(placeOf(name), JSON.stringify(kept));
  const until = performance.now() + (how.patienceMs ?? 60_000);
  for (let wait = 300;; wait = Math.min(wait * 1.7, 5000)) {
    try {
      const answer = await ask<T>(kept.path, {
        method: 'POST',
        body: kept.body,
        key: kept.key,
        ...(how.queueToken ? {queueToken: how.queueToken} : {}),
      });
      forget(name);
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // A payment that ended so is told so each time.
      const ended = typeof error.members.paymentId === 'string';
      const unsure = error.status === 0 || (error.status >= 500 && !ended) ||
        error.status === 429 || error.code === 'idempotency_in_flight';
      if (!unsure) {
        forget(name);
        throw error;
      }
      if (performance.now() > until) throw error;
      how.onRetry?.(error);
      await pause(Math.max(wait, error.retryAfterMs) * (0.75 + Math.random() / 2));
    }
  }
}

export function forget(name: string): void { sessionStorage.removeItem(placeOf(name)); }
