// One date: signing in, the opening of its sale, the line, and then its seats.

import {ask, askAll, type Problem} from '../core/api';
import {tickingNow} from '../core/clock';
import {followPlace} from '../core/follow';
import {minutes, when} from '../core/format';
import type {Concert, Place, Reservation, Schedule} from '../core/model';
import {announce, loaded, notice, title, untilGone} from '../core/parts';
import {computed, h, peek, signal, type Child} from '../core/reactive';
import {session} from '../core/session';
import {signInForm} from '../core/sign_in';
import {joinLine} from './queue_token';
import {t} from './texts';
import {waitingView} from './waiting';

export type Sale = {
  schedule: Schedule; concert: Concert; mine: Reservation[]
};

export function schedulePage(id: string): Child {
  const get = async(): Promise<Sale> => {
    const schedule = (await ask<Schedule>(`/v1/schedules/${encodeURIComponent(id)}`)).body;
    const concert = (await ask<Concert>(`/v1/concerts/${schedule.concertId}`)).body;
    const mine = peek(session) ? await askAll<Reservation>('/v1/reservations') : [];
    return {schedule, concert, mine: mine.filter((one) => one.scheduleId === id)};
  };
  session();  // another person has other seats
  return loaded(get, (sale) => [heading(sale), inTime(sale)], t('chooseSeats'));
}

function heading({schedule, concert}: Sale): Child {
  return [
    h('p', {class: 'back'},
      h('a', {href: `#/concerts/${concert.concertId}`}, `← ${concert.title}`)),
    title(concert.title), h('p', {class: 'quiet'}, `${when(schedule.startsAt)} · ${schedule.venue}`)
  ];
}

function inTime(sale: Sale): Child {
  const {schedule} = sale;
  const opens = Date.parse(schedule.salesOpenAt);
  const phase = computed(() => tickingNow() < opens     ? 'early' :
      tickingNow() >= Date.parse(schedule.salesCloseAt) ? 'late' :
                                                          'open');
  return () => {
    if (phase() === 'early')
      return h('div', {class: 'card center'},
        h('p', {class: 'huge', role: 'timer'},
          () => t('opensIn', minutes((opens - tickingNow()) / 1000))),
        h('p', {}, t('opensAt', when(schedule.salesOpenAt))),
        h('p', {class: 'quiet'}, t('opensHint')));
    if (phase() === 'late') return notice('info', t('salesClosed'));
    return session() ? inLine(sale) : signInForm(['user']);
  };
}

function inLine(sale: Sale): Child {
  return loaded(
    () => joinLine(sale.concert.concertId), (place, again) => atPlace(sale, place, again));
}

// One place from the line to the seats; when it is over, `again` joins anew.
function atPlace(sale: Sale, first: Place, again: () => void): Child {
  const place = signal(first);
  const trouble = signal<Problem|null>(null);
  let left = false;
  const ending = untilGone();
  followPlace(first.token, (next) => {
    if (next.status === 'ACTIVE' && peek(place).status === 'WAITING') announce(t('yourTurn'), true);
    place.set(next);
  }, trouble.set, ending);
  const leave = async(): Promise<void> => {
    left = true;
    await ask(`/v1/queue/tokens/${first.token}`, {method: 'DELETE'}).catch(() => undefined);
    place.set({...place(), status: 'LEFT'});
  };
  const status = computed(() => place().status);
  return () => {
    if (status() === 'WAITING') return waitingView(sale, place, trouble, leave);
    if (status() === 'ACTIVE')
      return loaded(() => import('./seat_page'), (part) => part.seatPage(sale, first.token, place));
    return h('div', {class: 'card center'},
      h('p', {class: 'lead'}, left || status() === 'LEFT' ? t('leftLine') : t('placeLost')),
      h('button', {class: 'primary', onclick: again}, t('joinAgain')));
  };
}
