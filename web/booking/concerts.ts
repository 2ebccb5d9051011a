// What is on sale: concerts, and the dates of one.

import {ask, askAll} from '../core/api';
import {serverNow} from '../core/clock';
import {count, money, when} from '../core/format';
import type {Concert, Schedule} from '../core/model';
import {loaded, title} from '../core/parts';
import {h, type Child} from '../core/reactive';
import {t} from './texts';

export function concertsPage(): Child {
  return [
    title(t('concerts')),
    loaded(() => askAll<Concert>('/v1/concerts'),
      (concerts) => concerts.length === 0 ? h('div', {class: 'empty'}, h('p', {}, t('noConcerts')),
                                              h('p', {class: 'quiet'}, t('noConcertsMore'))) :
                                            h('ul', {class: 'cards'}, concerts.map(concertCard)))
  ];
}

function concertCard(concert: Concert): Child {
  return h('li', {},
    h('a', {class: 'card concert', href: `#/concerts/${concert.concertId}`},
      h('h2', {}, concert.title), h('p', {class: 'artist'}, concert.artist),
      concert.description && h('p', {class: 'quiet'}, concert.description),
      concert.waitingRoom && h('p', {}, h('span', {class: 'chip'}, t('waitingRoom')))));
}

export function concertPage(id: string): Child {
  const get = async(): Promise<[Concert, Schedule[]]> => {
    const path = `/v1/concerts/${encodeURIComponent(id)}`;
    return Promise.all(
      [ask<Concert>(path).then((it) => it.body), askAll<Schedule>(`${path}/schedules`)]);
  };
  return loaded(get,
    ([concert,
      schedules]) => [h('p', {class: 'back'}, h('a', {href: '#/'}, `← ${t('toConcerts')}`)),
      title(concert.title),
      h('p', {class: 'artist'}, concert.artist),
      concert.description && h('p', {class: 'prose'}, concert.description),
      h('h2', {}, t('chooseDate')),
      schedules.length === 0 ?
        h('p', {class: 'empty'}, t('noSchedules')) :
        h('ul', {class: 'rows'},
          schedules.sort((a, b) => a.startsAt.localeCompare(b.startsAt)).map(scheduleRow)),
  ],
    t('concerts'));
}

export function lowestPrice(schedule: Schedule): number {
  return Math.min(...schedule.sections.map((one) => one.price));
}

function scheduleRow(schedule: Schedule): Child {
  const now = serverNow();
  const early = now < Date.parse(schedule.salesOpenAt);
  const late = now >= Date.parse(schedule.salesCloseAt);
  const none = schedule.available === 0;
  return h('li', {class: 'card row'},
    h('div', {}, h('h3', {}, when(schedule.startsAt)),
      h('p', {class: 'quiet'}, `${schedule.venue} · ${t('from', money(lowestPrice(schedule)))}`)),
    h('div', {class: 'stock'},
      late ?
        h('p', {}, t('salesClosed')) :
        early ?
        h('p', {}, t('opensAt', when(schedule.salesOpenAt))) :
        none ?
        h('p', {}, h('span', {class: 'chip'}, t('soldOut'))) :
        [
          h('meter',
            {min: 0, max: schedule.seatCount, value: schedule.available, 'aria-hidden': 'true'}),
          h('p', {class: 'quiet'},
            t('seatsLeft', count(schedule.available), count(schedule.seatCount)))
        ]),
    !late &&
      h('a', {
        class: none && !early ? 'button' : 'button primary',
        href: `#/schedules/${schedule.scheduleId}`,
        'aria-label': `${t('chooseSeats')}, ${when(schedule.startsAt)}`
      },
        t('chooseSeats')));
}
