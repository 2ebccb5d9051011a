// Asks again and again while somebody looks.

import {pause, Problem} from '../core/api';
import {failure} from '../core/parts';
import {h, peek, signal, type Child, type Signal} from '../core/reactive';
import {t} from './texts';

export type Polled<T> = {
  value: Signal<T|null>; problem: Signal<Problem|null>; now(): void
};

/** Calls `get` every `everyMs` while the page is seen, until `until` aborts. `now` asks at once. */
export function poll<T>(get: () => Promise<T>, everyMs: number, until: AbortSignal): Polled<T> {
  const value = signal<T|null>(null);
  const problem = signal<Problem|null>(null);
  let wake = new AbortController();
  until.addEventListener('abort', () => wake.abort());
  document.addEventListener('visibilitychange', () => wake.abort(), {signal: until});
  void (async () => {
    while (!until.aborted) {
      wake = new AbortController();
      if (!document.hidden) {
        try {
          value.set(await peek(get));
          problem.set(null);
        } catch (error) {
          problem.set(
            error instanceof Problem ? error : new Problem(0, 'unreached', String(error), {}, 0));
        }
      }
      if (!until.aborted) await pause(everyMs, wake.signal);
    }
  })();
  return {value, problem, now: () => wake.abort()};
}

/** Who may not look is told so, quietly; anything else is a failure. */
export function refusal(problem: Problem): Child {
  if (problem.status === 403 || problem.status === 401)
    return h('p', {class: 'quiet'}, t('needsRole'));
  return failure(problem);
}
