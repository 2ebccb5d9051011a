// The seats of a date, while it is one's turn: choose on the map or in the list, and hold.

import {Problem} from '../core/api';
import {isUnanswered, send} from '../core/command';
import {followSeats} from '../core/follow';
import {clockTime, count, money} from '../core/format';
import type {Place, Reservation} from '../core/model';
import {failure, notice, untilGone} from '../core/parts';
import {effect, h, peek, signal, whenGone, type Child, type Signal} from '../core/reactive';
import {SeatMap, type Block} from '../core/seats';
import {Choice} from './choice';
import {go} from './route';
import type {Sale} from './schedule_page';
import {hallView} from './seat_canvas';
import {seatList} from './seat_list';
import {t} from './texts';

export function seatPage(sale: Sale, queueToken: string, place: Signal<Place>): Child {
  const {schedule} = sale;
  const map = new SeatMap(schedule);
  const choice = new Choice(map, schedule, sale.mine);
  const changes = signal(0);
  const trouble = signal<Problem|null>(null);
  const price = signal<number|null>(null);
  const hovered = signal(-1);
  const isDim = (block: Block): boolean => price() !== null && block.price !== price();
  const live = (): boolean => (changes(), map.version >= 0);
  const holding = holdSeats(sale, queueToken, map, choice);

  const hall = hallView({
    map,
    isDim,
    isChosen: (index) => peek(choice.seats).includes(index),
    toggle: (index) => choice.toggle(index),
    stage: () => t('stage'),
    labelOf: (block) => `${block.name} · ${money(block.price)}`,
    hover: hovered.set,
  });
  hall.element.setAttribute('role', 'img');
  effect(
    () => hall.element.setAttribute('aria-label',
      t('mapLabel', (changes(), count(map.blocks.reduce((sum, one) => sum + map.freeOf(one), 0))),
        count(map.count))));
  effect(() => {
    changes();
    choice.seats();
    price();
    hall.draw();
  });
  followSeats(schedule.scheduleId, map, () => {
    if (!peek(holding.running)) choice.check();
    changes.set(peek(changes) + 1);
  }, trouble.set, untilGone());

  return [
    heldBefore(sale),
    h('div', {class: 'seats-page'},
      h('section', {class: 'hall'},
        h('div', {class: 'hall-tools'}, priceFilter(map, price),
          h('div', {class: 'zoom', role: 'group'},
            h('button',
              {class: 'square', 'aria-label': t('zoomOut'), onclick: () => hall.zoom(1 / 1.5)},
              '−'),
            h('button', {class: 'square', 'aria-label': t('zoomIn'), onclick: () => hall.zoom(1.5)},
              '+'),
            h('button', {class: 'small', onclick: hall.whole}, t('wholeHall')))),
        h('div', {class: () => live() ? 'canvas' : 'canvas pending'}, hall.element,
          h('p', {class: 'hover', 'aria-hidden': 'true'},
            () => hovered() < 0 ? null : seatWords(map, hovered(), choice))),
        legend(),
        () => live() && choice.seats().length === 0 &&
          map.blocks.every((one) => map.freeOf(one) === 0) && notice('info', t('allTaken')),
        () => trouble() && notice('warning', t('mapTrouble')),
        h('details', {class: 'list'}, h('summary', {}, t('seatList')), seatList({
          map,
          changes,
          isDim,
          isChosen: (index) => choice.has(index),
          toggle: (index) => choice.toggle(index)
        }))),
      h('aside', {class: 'card basket', 'aria-label': t('yourSeats')}, h('h2', {}, t('yourSeats')),
        () => chosenSeats(map, choice), () => offers(map, choice),
        () => choice.full() && notice('warning', t('limitReached', choice.max)),
        () => holding.problem(),
        h(
          'button', {
            class: 'primary wide',
            id: 'hold',
            disabled: () => choice.seats().length === 0 || holding.running(),
            onclick: () => holding.chosen()
          },
          () => holding.running() ? t('holding') : t('holdSeats')),
        () => choice.max > 0 && bestSeats(choice, holding),
        h('p', {class: 'hint'}, () => t('turnUntil', clockTime(place().expiresAt))))),
  ];
}

function seatWords(map: SeatMap, index: number, choice: Choice): string {
  const seat = map.seat(index);
  const word =
    choice.has(index) ? t('chosen') : [t('free'), t('held'), t('sold')][map.states[index]!];
  return `${seat.name} · ${money(seat.block.price)} · ${word}`;
}

function heldBefore({mine}: Sale): Child {
  return mine.filter((one) => one.status === 'HELD')
    .map((one) => notice('info',
           h('p', {}, t('heldAlready', one.seats.map((seat) => seat.seat).join(', '))),
           h('a', {class: 'button small primary', href: `#/reservations/${one.reservationId}`},
             t('toPayment'))));
}

function priceFilter(map: SeatMap, price: Signal<number|null>): Child {
  const prices = [...new Set(map.blocks.map((one) => one.price))].sort((a, b) => b - a);
  const choose = (value: number|null, text: string): Child => h('button', {
    class: 'pill',
    'aria-pressed': () => price() === value ? 'true' : 'false',
    onclick: () => price.set(value)
  },
    text);
  return h('div', {class: 'pills', role: 'group', 'aria-label': t('price')},
    choose(null, t('anyPrice')), prices.map((one) => choose(one, money(one))));
}

function legend(): Child {
  return h('ul', {class: 'legend', 'aria-hidden': 'true'}, (['free', 'held', 'sold',
    'chosen'] as const).map((one) => h('li', {}, h('span', {class: `swatch ${one}`}), t(one))));
}

function chosenSeats(map: SeatMap, choice: Choice): Child {
  if (choice.seats().length === 0) return h('p', {class: 'quiet'}, t('noneChosen', choice.max));
  return [
    h('ul', {class: 'lines'}, choice.seats().map((index) => {
      const seat = map.seat(index);
      return h('li', {}, h('span', {}, seat.name), h('span', {}, money(seat.block.price)),
        h('button', {
          class: 'plain',
          'aria-label': t('remove', seat.name),
          onclick: () => choice.toggle(index)
        },
          '×'));
    })),
    h('p', {class: 'sum'}, h('span', {}, t('total')), h('strong', {}, money(choice.total())))
  ];
}

function offers(map: SeatMap, choice: Choice): Child {
  return choice.lost().map(
    (offer) => notice('warning', h('p', {}, t('seatTaken', map.seat(offer.seat).name)),
      offer.nearest < 0 ? h('p', {}, t('noneNear')) :
                          h('button', {class: 'small', onclick: () => choice.takeNearest(offer)},
                            t('takeNearest', map.seat(offer.nearest).name))));
}

type Holding = {
  running: Signal<boolean>; problem: Signal<Child>; chosen(): void; best(howMany: number): void;
};

function bestSeats(choice: Choice, holding: Holding): Child {
  const number = h('select', {id: 'how-many', 'aria-label': t('howMany')},
    Array.from(
      {length: Math.min(choice.max, 8)}, (_, i) => h('option', {value: i + 1}, String(i + 1))));
  return h('div', {class: 'best'}, h('p', {class: 'quiet'}, t('bestHint')),
    h('div', {class: 'together'}, number,
      h('button',
        {disabled: () => holding.running(), onclick: () => holding.best(Number(number.value))},
        t('bestSeats'))));
}

function holdSeats(sale: Sale, queueToken: string, map: SeatMap, choice: Choice): Holding {
  const {scheduleId} = sale.schedule;
  const name = `hold.${scheduleId}`;
  const running = signal(false);
  const problem = signal<Child>(null);
  let gone = false;
  whenGone(() => {
    gone = true;
  });
  const hold = async(what: object): Promise<void> => {
    running.set(true);
    problem.set(null);
    try {
      const {body} =
        await send<Reservation>(name, '/v1/reservations', {scheduleId, ...what}, {queueToken});
      choice.forget();
      if (!gone) go(`/reservations/${body.reservationId}`);
    } catch (error) {
      refused(error);
    }
    running.set(false);
  };
  const refused = (error: unknown): void => {
    const taken = error instanceof Problem && error.code === 'seat_taken' ?
      (error.members.seats as string[] | undefined) ?? [] :
      null;
    if (taken?.length) {
      const gone = taken.map((one) => map.indexOf(one)).filter((one) => one >= 0);
      for (const one of gone)
        if (map.isFree(one)) map.states[one] = 1;
      choice.lose(gone);
    } else if (taken)
      problem.set(notice('warning', t('bestTaken')));
    else if (error instanceof Problem && error.code === 'seat_limit_exceeded')
      problem.set(notice('warning', t('limitReached', Number(error.members.max))));
    else
      problem.set(failure(error));
  };
  // A reload came between the question and its answer.
  if (isUnanswered(name)) void hold({});
  return {
    running,
    problem,
    best: (howMany) => void hold({bestAvailable: {count: howMany}}),
    chosen: () => void hold({seats: choice.seats().map((one) => map.seat(one).name)}),
  };
}
