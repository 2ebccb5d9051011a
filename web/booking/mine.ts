// What somebody has reserved, and their points.

import {ask, askAll} from '../core/api';
import {lately, money, when} from '../core/format';
import type {Concert, Reservation, Schedule, Transaction} from '../core/model';
import {loaded, table, title} from '../core/parts';
import {h, type Child} from '../core/reactive';
import {session} from '../core/session';
import {signInForm} from '../core/sign_in';
import {t} from './texts';

const ledgerRows = 20;

type Mine = {
  reservations: Reservation[]; schedules: Map<string, Schedule>; concerts: Map<string, Concert>;
  balance: number;
  ledger: Transaction[];
};

async function read(): Promise<Mine> {
  const [reservations, points, ledger, all] = await Promise.all([
    askAll<Reservation>('/v1/reservations'),
    ask<{balance: number}>('/v1/points'),
    ask<{items: Transaction[]}>(`/v1/points/transactions?limit=${ledgerRows}`),
    askAll<Concert>('/v1/concerts'),
  ]);
  const ids = [...new Set(reservations.map((one) => one.scheduleId))];
  const schedules = await Promise.all(ids.map((id) => ask<Schedule>(`/v1/schedules/${id}`)));
  return {
    reservations,
    balance: points.body.balance,
    ledger: ledger.body.items,
    schedules: new Map(schedules.map(({body}) => [body.scheduleId, body])),
    concerts: new Map(all.map((one) => [one.concertId, one])),
  };
}

export function minePage(): Child {
  if (!session()) return [title(t('myTickets')), signInForm(['user'])];
  return [
    title(t('myTickets')),
    loaded(read,
      (mine) => [mine.reservations.length === 0 ?
          h('div', {class: 'empty'}, h('p', {}, t('nothingYet')),
            h('a', {class: 'button primary', href: '#/'}, t('findConcert'))) :
          h('ul', {class: 'rows'}, mine.reservations.map((one) => row(one, mine))),
        h('h2', {}, t('points')),
        h('p', {class: 'huge'}, money(mine.balance)),
        h('h3', {}, t('ledger')),
        mine.ledger.length === 0 ? h('p', {class: 'quiet'}, t('noLedger')) : ledger(mine.ledger),
  ])
  ];
}

function row(one: Reservation, {schedules, concerts}: Mine): Child {
  const schedule = schedules.get(one.scheduleId);
  const concert = schedule && concerts.get(schedule.concertId);
  const good = one.status === 'CONFIRMED';
  return h('li', {},
    h('a', {class: 'card row', href: `#/reservations/${one.reservationId}`},
      h('div', {}, h('h2', {}, concert?.title ?? one.reservationId),
        schedule && h('p', {class: 'quiet'}, `${when(schedule.startsAt)} · ${schedule.venue}`)),
      h('p', {}, `${one.seats.map((seat) => seat.seat).join(', ')} · ${money(one.amount)}`),
      h('span', {class: good ? 'chip good' : 'chip'}, `${good ? '✓ ' : ''}${t(one.status)}`)));
}

function ledger(items: Transaction[]): Child {
  return table(t('ledger'), [t('date'), t('what'), t('amount'), t('after')],
    items.map((one) => [lately(one.at), t(one.kind), money(one.amount), money(one.balanceAfter)]),
    2);
}
