// The figures of the house, each second, for as long as somebody looks.

import {ask, request, type Problem} from '../core/api';
import {noticeTime} from '../core/clock';
import {follow} from '../core/feed';
import {session} from '../core/session';
import {has, p99, rate, readMetrics, sum, type Reading} from './metrics';
import type {Node, Summary} from './model';

const keptMax = 180;
const openStates = ['started', 'debited', 'refunding', 'refund_started', 'refund_released'];

export type Figures = {
  /** The newest last. */
  all: Summary[]; problem: Problem | null
};

/** Calls `onChange` with the last minutes. A page that nobody sees is told nothing. */
export function followFigures(onChange: (now: Figures) => void, until: AbortSignal): void {
  let now: Figures = {all: [], problem: null};
  const set = (next: Partial<Figures>): void => {
    now = {...now, ...next};
    onChange(now);
  };
  let seen = new AbortController();
  const look = (): void => {
    seen.abort();
    seen = new AbortController();
    if (document.hidden || until.aborted) return;
    let before: Reading|undefined;
    follow<Summary>({
      name: `figures.${session()?.user}.${session()?.role}`,
      streamPath: '/v1/admin/stream',
      lastId: () => '',
      onTrouble: (problem) => problem !== now.problem && set({problem}),
      whole: () => now.all.at(-1),
      read({event, data}) {
        const said = JSON.parse(data) as Summary;
        noticeTime(said.serverTime);
        return event === 'summary' ? said : undefined;
      },
      // Of this gateway alone, as far as it can tell.
      async poll(tell, asking) {
        const text = await (await request('/metrics', {signal: asking})).text();
        const {body} =
          await ask<{items: Node[]; problems?: string[]}>('/v1/admin/nodes', {signal: asking});
        const reading = readMetrics(text, Date.now());
        if (before) tell(summaryOf(before, reading, body.items, body.problems ?? []));
        before = reading;
        return 1000;
      },
      hear: (one) => set({all: [...now.all.slice(1 - keptMax), one], problem: null}),
    },
      seen.signal);
  };
  document.addEventListener('visibilitychange', look, {signal: until});
  until.addEventListener('abort', () => seen.abort());
  look();
}

function summaryOf(before: Reading, after: Reading, nodes: Node[], problems: string[]): Summary {
  const requests = 'boxoffice_http_request_seconds';
  const answers = (part: string): number => rate(before, after, `${requests}_count`, part);
  const level = (name: string, part = ''): number|null =>
    has(after, name) ? sum(after, name, part) : null;
  const states = openStates.map((one) => level('boxoffice_sagas', `"${one}"`));
  const slow = p99(before, after, requests);
  return {
    serverTime: new Date(after.at).toISOString(),
    seats: null,
    sold: null,
    held: level('boxoffice_seats_held'),
    waiting: level('boxoffice_waiting_room_tokens', '"waiting"'),
    admitted: level('boxoffice_waiting_room_tokens', '"active"'),
    purchasesPerSecond: answers('method="POST",route="/v1/payments",status="2'),
    refusalsPerSecond: answers('method="POST",route="/v1/reservations",status="4'),
    sagas: {
      open: states.includes(null) ? null : states.reduce<number>((all, one) => all + one!, 0),
      parked: level('boxoffice_sagas', '"parked"'),
      oldestSeconds: level('boxoffice_saga_oldest_seconds'),
    },
    outbox: null,
    stores: [],
    gateway: {requestsPerSecond: answers('route="/v1'), p99Ms: slow === null ? null : slow * 1000},
    nodes,
    problems,
    silent: []
  };
}
