// Concerts and their dates, and forms for new ones.

import {ask, askAll} from '../core/api';
import {count, when} from '../core/format';
import type {Concert, Schedule} from '../core/model';
import {failure, loaded, openDialog, title} from '../core/parts';
import {h, signal, type Child} from '../core/reactive';
import {numberField} from './rooms';
import {t} from './texts';

const hour = 3_600_000;
const day = 24 * hour;

export function cataloguePage(): Child {
  return [
    title(t('catalogue')),
    loaded(() => askAll<Concert>('/v1/concerts'),
      (concerts, again) => [h('div', {class: 'actions'},
                              h('button', {class: 'primary', onclick: () => concertDialog(again)},
                                t('newConcert'))),
        concerts.map((one) => concertCard(one))])
  ];
}

function concertCard(concert: Concert): Child {
  return h('section', {class: 'card'}, h('h2', {}, concert.title),
    h('p', {class: 'quiet'}, concert.artist),
    loaded(() => askAll<Schedule>(`/v1/concerts/${concert.concertId}/schedules`),
      (schedules, again) => [h('h3', {}, t('dates')),
        schedules.length === 0 ?
          h('p', {class: 'quiet'}, t('none')) :
          h('ul', {class: 'lines'},
            schedules.map(
              (one) => h('li', {}, h('span', {}, when(one.startsAt)), h('span', {}, one.venue),
                h('span', {}, `${count(one.available)} / ${count(one.seatCount)}`)))),
        h('button', {class: 'small', onclick: () => scheduleDialog(concert, again)},
          t('newSchedule'))]));
}

function field(id: string, label: string,
  attributes: Record<string, string|number|boolean>): [Child, HTMLInputElement] {
  const input = h('input', {id, required: true, ...attributes});
  return [
    h('div', {},
      h('label',
        { for: id
        },
        label),
      input),
    input
  ];
}

// A form in a dialog; it closes once the server has taken what it sends.
function formDialog(heading: string, fields: Child, send: () => Promise<void>): void {
  openDialog(heading, (close) => {
    const message = signal<Child>(null);
    const busy = signal(false);
    return h('form', {
      class: 'form',
      onsubmit: async (event: Event) => {
        event.preventDefault();
        busy.set(true);
        try {
          await send();
          close();
        } catch (error) {
          message.set(failure(error));
        }
        busy.set(false);
      }
    },
      fields, () => message(),
      h('button', {class: 'primary', disabled: () => busy()}, t('create')));
  });
}

function concertDialog(again: () => void): void {
  const [titleField, name] = field('c-title', t('title'), {maxlength: 200});
  const [artistField, artist] = field('c-artist', t('artist'), {maxlength: 200});
  const description = h('textarea', {id: 'c-description', rows: 3});
  const [maxField, most] = numberField('c-max', t('activeMax'), 100);
  const [rateField, rate] = numberField('c-rate', t('admitPerSecond'), 20);
  const withRoom = signal(false);
  formDialog(t('newConcert'),
    [
      titleField, artistField,
      h('div', {},
        h('label',
          { for: 'c-description'
          },
          t('description')),
        description),
      h('label', {class: 'check'}, h('input', {
        type: 'checkbox',
        onchange: (event: Event) => withRoom.set((event.target as HTMLInputElement).checked)
      }),
        t('withRoom')),
      () => withRoom() && h('div', {class: 'fields'}, maxField, rateField)
    ],
    async () => {
      await ask('/v1/concerts', {
        method: 'POST',
        body: {
          title: name.value,
          artist: artist.value,
          ...(description.value ? {description: description.value} : {}),
          ...(withRoom() ?
              {waitingRoom: {activeMax: Number(most.value), admitPerSecond: Number(rate.value)}} :
              {}),
        }
      });
      again();
    });
}

// What <input type=datetime-local> takes.
function localTime(at: number): string {
  const shift = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 16);
}

type SectionInputs = {
  name: HTMLInputElement; rows: HTMLInputElement; perRow: HTMLInputElement; price: HTMLInputElement
};

function scheduleDialog(concert: Concert, again: () => void): void {
  const now = Date.now();
  const time = (id: string, label: string, at: number): [Child, HTMLInputElement] =>
    field(id, label, {type: 'datetime-local', value: localTime(at)});
  const [startsField, starts] = time('s-starts', t('startsAt'), now + 30 * day);
  const [opensField, opens] = time('s-opens', t('salesOpenAt'), now);
  const [closesField, closes] = time('s-closes', t('salesCloseAt'), now + 29 * day);
  const [venueField, venue] = field('s-venue', t('venue'), {maxlength: 200});
  const [seatsField, maxSeats] = numberField('s-max', t('maxSeats'), 4, 100);
  const [moreField, more] = numberField('s-more', t('holdExtension'), 0, 3600, 0);
  const sections: SectionInputs[] = [];
  const list = h('div', {class: 'sections'});
  const addSection = (): void => {
    const i = sections.length;
    const [nameField, name] = field(`s-name-${i}`, t('section'),
      {pattern: '[A-Za-z0-9]{1,16}', value: String.fromCharCode(65 + i % 26)});
    const [rowsField, rows] = numberField(`s-rows-${i}`, t('rowsOf'), 10, 10_000);
    const [perField, perRow] = numberField(`s-per-${i}`, t('perRow'), 20, 10_000);
    const [priceField, price] = numberField(`s-price-${i}`, t('price'), 66_000, 1e9, 0);
    sections.push({name, rows, perRow, price});
    list.append(h('div', {class: 'fields four'}, nameField, rowsField, perField, priceField));
  };
  addSection();
  const iso = (input: HTMLInputElement): string => new Date(input.value).toISOString();
  formDialog(`${t('newSchedule')}: ${concert.title}`,
    [
      startsField, opensField, closesField, h('p', {class: 'hint'}, t('localTime')), venueField,
      seatsField, moreField, h('h3', {}, t('sections')), list,
      h('button', {type: 'button', class: 'small', onclick: addSection}, t('addSection'))
    ],
    async () => {
      await ask(`/v1/concerts/${concert.concertId}/schedules`, {
        method: 'POST',
        body: {
          startsAt: iso(starts),
          salesOpenAt: iso(opens),
          salesCloseAt: iso(closes),
          venue: venue.value,
          maxSeatsPerUser: Number(maxSeats.value),
          holdExtensionSeconds: Number(more.value),
          sections: sections.map((one) => ({
            name: one.name.value,
            rows: Number(one.rows.value),
            seatsPerRow: Number(one.perRow.value),
            price: Number(one.price.value)
          })),
        }
      });
      again();
    });
}
