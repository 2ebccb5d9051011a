// One reservation: held with its countdown, paid as a ticket, or over.

import {ask, pause, Problem} from '../core/api';
import {serverNow, tickingNow} from '../core/clock';
import {forget, isUnanswered, send} from '../core/command';
import {clockTime, minutes, money, when} from '../core/format';
import type {Concert, Payment, Reservation, Schedule, Ticket} from '../core/model';
import {announce, failure, loaded, notice, title} from '../core/parts';
import {computed, effect, h, peek, signal, whenGone, type Child} from '../core/reactive';
import {session} from '../core/session';
import {signInForm} from '../core/sign_in';
import {timeText} from './payment_texts';
import {withToken} from './queue_token';
import {t} from './texts';
import {ticketView} from './ticket';

export type Booking = {
  reservation: Reservation; schedule: Schedule; concert: Concert;
  /** Of a paid one: the text of its code, or why there is none. */
  code: string | Problem | null;
};

const warnAtSeconds = [120, 60, 20];
const chargeMax = 10_000_000;

export function reservationPage(id: string): Child {
  if (!session()) return [title(t('payment')), signInForm(['user'])];
  const get = async(): Promise<Booking> => {
    const {body: reservation} =
      await ask<Reservation>(`/v1/reservations/${encodeURIComponent(id)}`);
    const {body: schedule} = await ask<Schedule>(`/v1/schedules/${reservation.scheduleId}`);
    const {body: concert} = await ask<Concert>(`/v1/concerts/${schedule.concertId}`);
    const code = reservation.status === 'CONFIRMED' ? await codeOf(reservation) : null;
    return {reservation, schedule, concert, code};
  };
  return loaded(get, (booking, again) => view(booking, again), t('payment'));
}

function codeOf({reservationId}: Reservation): Promise<string|Problem> {
  return ask<Ticket>(`/v1/reservations/${reservationId}/ticket`)
    .then(({body}) => body.ticket, (error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
}

function view(booking: Booking, again: () => void): Child {
  const {reservation} = booking;
  switch (reservation.status) {
    case 'CONFIRMED':
      return ticketView(booking, again);
    case 'HELD':
      return heldView(booking, again);
    case 'EXPIRED':
      return over(
        booking, notice('warning', h('p', {}, t('holdExpired')), h('p', {}, t('notCharged'))));
    case 'RELEASED':
      return over(booking, notice('info', t('givenBack')));
    case 'REFUNDED':
      return over(booking, notice('info', t('refunded')));
  }
}

function heading({schedule, concert}: Booking, text: string): Child {
  return [
    title(text), h('p', {class: 'lead'}, concert.title),
    h('p', {class: 'quiet'}, `${when(schedule.startsAt)} · ${schedule.venue}`)
  ];
}

function over(booking: Booking, why: Child): Child {
  return [
    heading(booking, t('payment')), why,
    h('a', {class: 'button primary', href: `#/schedules/${booking.schedule.scheduleId}`},
      t('chooseOthers'))
  ];
}

function heldView(booking: Booking, again: () => void): Child {
  const {reservation} = booking;
  const ends = signal(Date.parse(reservation.expiresAt));
  const offered = signal(reservation.extensionSeconds ?? 0);
  const names = {
    pay: `pay.${reservation.reservationId}`,
    charge: `charge.${reservation.reservationId}`,
    extend: `extend.${reservation.reservationId}`
  };
  const busy = signal<'charge'|'pay'|'extend'|'release'|null>(null);
  const message = signal<Child>(null);
  const balance = signal<number|null>(null);
  const expired = computed(() => tickingNow() >= ends());
  const isOver = computed(() => expired() && busy() !== 'pay');
  let gone = false;
  whenGone(() => {
    gone = true;
  });
  const readBalance = (): Promise<void> =>
    ask<{balance: number}>('/v1/points').then(({body}) => balance.set(body.balance));
  readBalance().catch((error: unknown) => message.set(failure(error)));
  warnings(ends, () => offered() > 0);

  const run =
    async(what: 'charge'|'pay'|'extend'|'release', work: () => Promise<void>): Promise<void> => {
    busy.set(what);
    message.set(null);
    try {
      await work();
    } catch (error) {
      if (!gone) message.set(await told(error));
    }
    busy.set(null);
  };
  const charge = (): Promise<void> => run('charge', async () => {
    const missing = Math.max(1, reservation.amount - (balance() ?? 0));
    const {body} = await send<{balance: number}>(
      names.charge, '/v1/points/charges', {amount: Math.min(missing, chargeMax)});
    balance.set(body.balance);
  });
  const pay = (): Promise<void> => run('pay', async () => {
    const onRetry = (): void => message.set(notice('warning', t('stillPaying')));
    const {status, body} = await withToken(booking.concert.concertId,
      (queueToken) => send<Payment>(names.pay, '/v1/payments',
        {reservationId: reservation.reservationId}, {queueToken, onRetry}));
    if (status === 202) await awaitEnd(body.paymentId);
    finish();
  });
  const extend = (): Promise<void> => run('extend', async () => {
    const {body} = await send<Reservation>(
      names.extend, `/v1/reservations/${reservation.reservationId}/extension`, undefined);
    ends.set(Date.parse(body.expiresAt));
    offered.set(0);
    announce(timeText('given', clockTime(body.expiresAt)));
  });
  const release = (): Promise<void> => run('release', async () => {
    await ask(`/v1/reservations/${reservation.reservationId}`, {method: 'DELETE'});
    forget(names.pay);
    finish();
  });
  const finish = (): void => {
    if (!gone) again();
  };

  async function awaitEnd(paymentId: string): Promise<void> {
    for (let wait = 300;; wait = Math.min(wait * 1.5, 3000)) {
      const {body} = await ask<Payment>(`/v1/payments/${paymentId}`);
      if (body.status === 'PARKED') throw new Problem(202, 'parked', '', {}, 0);
      if (body.status !== 'PENDING') return;
      message.set(notice('info', t('stillPaying')));
      await pause(wait);
    }
  }

  // What a refusal means here; those that end the hold show it as it is.
  async function told(error: unknown): Promise<Child> {
    if (!(error instanceof Problem)) return failure(error);
    switch (error.code) {
      case 'insufficient_points':
        await readBalance().catch(() => undefined);
        return null;
      case 'already_extended':
      case 'extension_not_offered':
      case 'reservation_already_paid':
      case 'reservation_expired':
      case 'reservation_released':
        finish();
        return null;
      case 'payment_in_progress':
        await awaitEnd(String(error.members.paymentId)).then(finish, () => undefined);
        return notice('info', t('stillPaying'));
      case 'parked':
        return notice('info', t('paymentParked'));
      default:
        if (error.members.paymentId) return notice('bad', t('paymentUndone'));
        return failure(error);
    }
  }

  if (isUnanswered(names.pay))
    void pay();
  else if (isUnanswered(names.charge))
    void charge();
  else if (isUnanswered(names.extend))
    void extend();

  const more = moreTime(booking, ends, offered, extend, () => busy() !== null);
  const missing = (): number => Math.max(0, reservation.amount - (balance() ?? 0));
  return [heading(booking, t('payment')),
    h('div', { class: 'checkout' },
      h('section', { class: 'card' },
        h('h2', {}, t('seats')),
        h('ul', { class: 'lines' }, reservation.seats.map((one) =>
          h('li', {}, h('span', {}, one.seat), h('span', {}, money(one.price))))),
        h('p', { class: 'sum' }, h('span', {}, t('total')), h('strong', {}, money(reservation.amount))),
        () => balance() === null ? null : h('dl', { class: 'lines' },
          h('div', {}, h('dt', {}, t('balance')), h('dd', {}, money(balance()!))),
          missing() > 0 && h('div', {}, h('dt', {}, t('missing')), h('dd', {}, money(missing()))))),
      h('section', { class: 'card' },
        () => isOver()
          ? [notice('warning', h('p', {}, t('holdExpired')), h('p', {}, t('notCharged'))),
            h('a', { class: 'button primary wide', href: `#/schedules/${booking.schedule.scheduleId}` }, t('chooseOthers'))]
          : countdown(booking, ends),
        () => isOver() ? null : more,
        () => isOver() ? null
          : [balance() !== null && missing() > 0 && busy() !== 'pay'
              ? h('button', { class: 'primary wide', id: 'charge', disabled: busy() !== null, onclick: charge },
                busy() === 'charge' ? t('charging') : t('charge', money(Math.min(missing(), chargeMax))))
              : h('button', { class: 'primary wide', id: 'pay', disabled: busy() !== null || balance() === null, onclick: pay },
                busy() === 'pay' ? t('paying') : t('pay', money(reservation.amount))),
            h('p', { class: 'hint' }, t('payHint'))],
        () => message(),
        () => !expired() && h('button', { class: 'plain wide', disabled: busy() !== null, onclick: release }, t('giveBack'))))];
}

function countdown({reservation}: Booking, ends: () => number): Child {
  const whole = (): number => ends() - Date.parse(reservation.heldAt);
  const left = (): number => Math.max(0, ends() - tickingNow());
  return h('div', {class: () => left() <= 60_000 ? 'countdown short' : 'countdown'},
    h('p', {class: 'label'}, t('timeLeft')),
    h('p', {class: 'huge', role: 'timer'}, () => minutes(left() / 1000)),
    h('progress', {max: whole, value: left, 'aria-hidden': 'true'}));
}

// Where the time may be extended, once: the button, and in its place then, until when.
function moreTime({reservation}: Booking, ends: () => number, offered: () => number,
  extend: () => Promise<void>, isBusy: () => boolean): Child {
  if (!reservation.extensionSeconds && !reservation.extendedAt) return null;
  // The focus does not go with the button.
  const press = (): void => void extend().then(
    () => (button.isConnected ? button : document.querySelector<HTMLElement>('#charge, #pay'))
            ?.focus());
  const button = h('button',
    {class: 'wide', id: 'more', disabled: isBusy, onclick: press, 'aria-describedby': 'more-hint'},
    timeText('more'));
  const hint = h('p', {class: 'hint', id: 'more-hint'},
    timeText('hint', minutes(reservation.extensionSeconds ?? 0)));
  const given = h('p', {}, () => timeText('given', clockTime(new Date(ends()).toISOString())));
  return h('div', {class: 'more'}, () => offered() > 0 ? [button, hint] : given);
}

// Said, not shown each second: at two minutes, one minute and twenty seconds.
function warnings(ends: () => number, mayExtend: () => boolean): void {
  const first = (end: number): number =>
    warnAtSeconds.findIndex((at) => serverNow() < end - at * 1000);
  let end = 0, next = -1;
  effect(() => {
    if (end !== ends()) next = first(end = ends());
    const left = (end - tickingNow()) / 1000;
    if (left <= 0 || next < 0 || next >= warnAtSeconds.length || left > warnAtSeconds[next]!)
      return;
    const seconds = warnAtSeconds[next++]!;
    const text = seconds === 120 ? t('minutesLeft', 2) : t('secondsLeft', seconds);
    announce(peek(mayExtend) ? `${text} ${timeText('offered')}` : text, seconds < 60);
  });
}
