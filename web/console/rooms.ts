// The knob of each waiting room.

import {ask, askAll} from '../core/api';
import type {Concert} from '../core/model';
import {failure, loaded, notice, title, untilGone} from '../core/parts';
import {h, signal, type Child} from '../core/reactive';
import {liveFigures, plots, trouble} from './plot';
import {t} from './texts';

export function roomsPage(): Child {
  const figures = liveFigures(untilGone());
  const shown = plots(figures);
  return [
    title(t('rooms')), () => trouble(figures()),
    h('div', {class: 'figures'}, shown(t('waiting'), (one) => one.waiting),
      shown(t('admitted'), (one) => one.admitted)),
    loaded(() => askAll<Concert>('/v1/concerts'),
      (concerts) =>
        concerts.length === 0 ? h('p', {class: 'empty'}, t('none')) : concerts.map(room))
  ];
}

export function numberField(id: string, label: string, value: number|string, most = 100_000,
  least = 1): [Child, HTMLInputElement] {
  const input = h('input', {id, type: 'number', min: least, max: most, required: true, value});
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

function room(concert: Concert): Child {
  const message = signal<Child>(null);
  const id = concert.concertId;
  const [maxField, most] =
    numberField(`max-${id}`, t('activeMax'), concert.waitingRoom?.activeMax ?? '');
  const [rateField, rate] =
    numberField(`rate-${id}`, t('admitPerSecond'), concert.waitingRoom?.admitPerSecond ?? '');
  const apply = async(event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await ask(`/v1/admin/concerts/${id}/waiting-room`,
        {method: 'PUT', body: {activeMax: Number(most.value), admitPerSecond: Number(rate.value)}});
      message.set(notice('good', t('applied')));
    } catch (error) {
      message.set(failure(error));
    }
  };
  return h('form', {class: 'card', onsubmit: apply, 'aria-label': concert.title},
    h('h2', {}, concert.title), !concert.waitingRoom && h('p', {class: 'quiet'}, t('noRoom')),
    h('div', {class: 'fields'}, maxField, rateField, h('button', {class: 'primary'}, t('apply'))),
    () => message());
}
