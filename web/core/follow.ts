// Follows the seats of a schedule, and a place in a line.

import {ask, type Problem} from './api';
import {noticeTime} from './clock';
import {follow} from './feed';
import type {Odds, Place, QueueStatus} from './model';
import {applyDelta, SeatMap, unpackStates, type Delta} from './seats';

type SeatsTold =|{
  kind: 'whole';
  version: number;
  id: string;
  states: Uint8Array
}
|{
  kind: 'delta';
  id: string;
  delta: Delta
};

const stateNames = ['AVAILABLE', 'HELD', 'SOLD'];

/** Keeps `map` as the server has it, and calls `onChange` after each change. */
export function followSeats(scheduleId: string, map: SeatMap, onChange: () => void,
  onTrouble: (problem: Problem|null) => void, signal: AbortSignal): void {
  const path = `/v1/schedules/${scheduleId}/seats`;
  let lastId = '';
  let tag: string|null = null;
  const feed = follow<SeatsTold>({
    name: `seats.${scheduleId}`,
    streamPath: `${path}/stream`,
    lastId: () => lastId,
    onTrouble,
    whole: () => map.version < 0 ?
      undefined :
      {kind: 'whole', version: map.version, id: lastId, states: map.states},
    read({event, data, id}) {
      const said = JSON.parse(data) as Record<string, unknown>;
      if (typeof said.serverTime === 'string') noticeTime(said.serverTime);
      if (event === 'delta') return {kind: 'delta', id, delta: said as unknown as Delta};
      if (event !== 'snapshot') return undefined;
      const states = unpackStates(said.states as string, map.count);
      return {kind: 'whole', version: said.version as number, id, states};
    },
    async poll(tell, asking) {
      const answer =
        await ask<{version: number; seats: {status: string}[]}>(path, {tag, signal: asking});
      tag = answer.headers.get('ETag');
      if (answer.status !== 304) {
        const states = Uint8Array.from(answer.body.seats, (one) => stateNames.indexOf(one.status));
        tell({kind: 'whole', version: answer.body.version, id: '', states});
      }
      // A big map costs its reader more than a small one.
      return map.count > 5000 ? 3000 : 1000;
    },
    hear(told) {
      if (told.kind === 'whole') {
        map.states = told.states;
        map.version = told.version;
      } else if (!applyDelta(map, told.delta)) {
        if (told.delta.to === map.version) return;
        lastId = '';
        feed.again();
        return;
      }
      lastId = told.id;
      onChange();
    },
  },
    signal);
}

const endings: QueueStatus[] = ['USED', 'LEFT', 'EXPIRED'];

/** Calls `onPlace` with each state of the place, up to its last; an open page keeps the place. */
export function followPlace(token: string, onPlace: (place: Place) => void,
  onTrouble: (problem: Problem|null) => void, signal: AbortSignal): void {
  let known: Place|undefined;
  const ending = new AbortController();
  signal.addEventListener('abort', () => ending.abort());
  const path = `/v1/queue/tokens/${token}`;
  follow<Place>({
    name: `place.${token}`,
    streamPath: `${path}/stream`,
    lastId: () => '',
    onTrouble,
    whole: () => known,
    read({event, data}) {
      const said = JSON.parse(data) as {
        status?: QueueStatus;
        position?: number;
        etaSeconds?: {p50: number; p90: number};
        seatsLeft?: number|null;
        odds?: Odds|null;
        expiresAt?: string;
        serverTime?: string;
      };
      if (said.serverTime) noticeTime(said.serverTime);
      const base = {token, position: 0, etaSeconds: 0, expiresAt: said.expiresAt ?? ''};
      if (event === 'active') return {...base, status: 'ACTIVE'};
      if (event === 'over') return {...base, status: said.status ?? 'EXPIRED'};
      if (event !== 'place') return undefined;
      const place: Place = {
        ...base,
        status: said.status ?? 'WAITING',
        position: said.position ?? 0,
        etaSeconds: said.etaSeconds?.p50 ?? 0,
      };
      if (said.etaSeconds) place.etaRange = said.etaSeconds;
      if (typeof said.seatsLeft === 'number') place.seatsLeft = said.seatsLeft;
      if (said.odds) place.odds = said.odds;
      return place;
    },
    async poll(tell, asking) {
      const {body, headers} = await ask<Place>(path, {signal: asking});
      tell(body);
      return body.status === 'WAITING' ? 1000 * Number(headers.get('Retry-After') ?? 1) : 10_000;
    },
    hear(place) {
      known = place;
      onPlace(place);
      if (endings.includes(place.status)) ending.abort();
    },
  },
    ending.signal);
}
