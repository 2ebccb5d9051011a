// One connection for all tabs of a browser: the tab with the lock reads, and tells the others.
// Browsers open six connections to a host over HTTP/1.1, and each stream takes one for good.

import {pause, Problem} from './api';
import {readStream, type StreamEvent} from './events';

/** What a feed is made of. `Told` is what one tab tells another; it has to be cloneable. */
export type Source<Told> = {
  /** The same in each tab that follows the same thing for the same person. */
  name: string; streamPath: string;
  /** From where a stream goes on; empty: from the beginning. */
  lastId(): string;
  /** What an event means; nothing for one that means nothing. */
  read(event: StreamEvent): Told | undefined;
  /** Asks once instead of listening, and says when to ask again. */
  poll(tell: (what: Told) => void, signal: AbortSignal): Promise<number>;
  /** All that is known, for a tab that comes later. */
  whole(): Told | undefined;
  hear(what: Told): void;
  onTrouble(problem: Problem|null): void;
};

type Message<Told> = {
  told: Told
}|{join: true};
const heartbeatMs = 15_000;

/** Follows until `signal` aborts: by the stream, or by asking where there is none (404). */
export function follow<Told>(source: Source<Told>, signal: AbortSignal): {again(): void} {
  const channel = new BroadcastChannel(`boxoffice.${source.name}`);
  let leads = false;
  let restart = new AbortController();
  const tell = (what: Told): void => {
    source.hear(what);
    channel.postMessage({told: what} satisfies Message<Told>);
  };
  channel.onmessage = ({data}: MessageEvent<Message<Told>>) => {
    if ('told' in data) {
      if (!leads) source.hear(data.told);
    } else if (leads) {
      const all = source.whole();
      if (all) channel.postMessage({told: all} satisfies Message<Told>);
    }
  };
  const lead = async(): Promise<void> => {
    leads = true;
    while (!signal.aborted) {
      restart = new AbortController();
      await followAlone(source, tell, restart.signal);
    }
  };
  signal.addEventListener('abort', () => restart.abort());
  channel.postMessage({join: true} satisfies Message<Told>);
  // Pages that are not secure have no locks; then each tab reads for itself.
  const running =
    navigator.locks ? navigator.locks.request(`boxoffice.${source.name}`, {signal}, lead) : lead();
  running.catch(() => undefined).finally(() => channel.close());
  return {
    /** What is known has a gap: a leader begins anew, another asks the leader. */
    again: () =>
      leads ? restart.abort() : channel.postMessage({join: true} satisfies Message<Told>),
  };
}

async function followAlone<Told>(
  source: Source<Told>, tell: (what: Told) => void, signal: AbortSignal): Promise<void> {
  let wait = 500;
  let streams = true;
  while (!signal.aborted) {
    let next = 0;
    try {
      if (streams) {
        let silence = heartbeatMs * 2.5;
        let retryMs = 0;
        await readStream(source.streamPath, source.lastId(), () => silence, (event) => {
          if (event.event === 'hello')
            silence = numberIn(event.data, 'heartbeatMs', heartbeatMs) * 2.5;
          if (event.event === 'bye') retryMs = numberIn(event.data, 'retryMs', 1000);
          const told = source.read(event);
          if (told !== undefined) tell(told);
          source.onTrouble(null);
          wait = 500;
        }, signal);
        next = Math.max(retryMs, wait);
      } else {
        next = await source.poll(tell, signal);
        source.onTrouble(null);
        wait = 500;
      }
    } catch (error) {
      if (signal.aborted) return;
      const problem =
        error instanceof Problem ? error : new Problem(0, 'unreached', String(error), {}, 0);
      if (streams && problem.status === 404) {
        streams = false;  // what asking says of it counts
        continue;
      }
      source.onTrouble(problem);
      if (problem.status >= 400 && problem.status < 500 && problem.status !== 429)
        return await ended(signal);
      next = Math.max(wait, problem.retryAfterMs);
      wait = Math.min(wait * 2, 10_000);
    }
    await pause(next * (0.75 + Math.random() / 2), signal);
  }
}

// It was refused for good; somebody may begin anew.
function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
}

function numberIn(json: string, member: string, otherwise: number): number {
  const value = (JSON.parse(json) as Record<string, unknown>)[member];
  return typeof value === 'number' ? value : otherwise;
}
