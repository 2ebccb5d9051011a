// What one has bought: the seats, the code that lets in at the door, and ways to keep it.

import qrcode from 'qrcode-generator';

import {send} from '../core/command';
import {money, when} from '../core/format';
import {failure, notice, openDialog, title} from '../core/parts';
import {h, s, signal, type Child} from '../core/reactive';
import {serverNow} from '../core/clock';
import type {Booking} from './reservation_page';
import {t} from './texts';

const quietModules = 4;
/** Up to here a code that mends 15 % of itself has modules that any telephone can read. */
const mendedCharsMax = 180;

function qrPicture(text: string, label: string): SVGSVGElement {
  const code = qrcode(0, text.length <= mendedCharsMax ? 'M' : 'L');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = '';
  for (let row = 0; row < size; ++row)
    for (let column = 0; column < size; ++column)
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  const side = size + 2 * quietModules;
  return s('svg', {
    viewBox: `${- quietModules} ${- quietModules} ${side} ${side}`,
    class: 'qr',
    role: 'img',
    'aria-label': label,
    'shape-rendering': 'crispEdges'
  },
    s('rect', {x: -quietModules, y: -quietModules, width: side, height: side, fill: '#fff'}),
    s('path', {d: path, fill: '#000'}));
}

export function ticketView(booking: Booking, again: () => void): Child {
  const {reservation, schedule, concert} = booking;
  const seats = reservation.seats.map((one) => one.seat).join(', ');
  return h('article', {class: 'card ticket', id: 'ticket'},
    h('div', {class: 'stub'}, codePart(booking, again),
      h('p', {class: 'mono'}, reservation.reservationId)),
    h('div', {class: 'body'}, h('p', {}, h('span', {class: 'chip good'}, `✓ ${t('paid')}`)),
      title(t('ticket')), h('p', {class: 'lead'}, concert.title),
      h('p', {class: 'artist'}, concert.artist),
      h('dl', {class: 'facts'}, fact(t('date'), when(schedule.startsAt)),
        fact(t('venue'), schedule.venue), fact(t('seats'), seats),
        fact(t('total'), money(reservation.amount))),
      h('div', {class: 'actions'}, h('button', {onclick: () => print()}, t('print')),
        h('button', {onclick: () => saveCalendar(booking, seats)}, t('calendar')),
        serverNow() < Date.parse(schedule.startsAt) && reservation.paymentId &&
          h('button', {onclick: () => refundDialog(booking, again)}, t('refund')),
        h('a', {class: 'button', href: '#/mine'}, t('myTickets')))));
}

function codePart({reservation, code}: Booking, again: () => void): Child {
  if (typeof code === 'string')
    return [
      qrPicture(code, t('qrLabel', reservation.reservationId)), h('p', {class: 'hint'}, t('qrHint'))
    ];
  return notice(
    'warning', h('p', {}, t('noCode')), h('button', {class: 'small', onclick: again}, t('again')));
}

function fact(name: string, value: string): Child {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

function refundDialog({reservation}: Booking, again: () => void): void {
  openDialog(t('refund'), (close) => {
    const problem = signal<Child>(null);
    const busy = signal(false);
    const refund = async(): Promise<void> => {
      busy.set(true);
      try {
        await send(
          `refund.${reservation.paymentId}`, `/v1/payments/${reservation.paymentId}/refunds`, {});
        close();
        again();
      } catch (error) {
        problem.set(failure(error));
      }
      busy.set(false);
    };
    return [
      h('p', {}, t('refundAsk', money(reservation.amount))), () => problem(),
      h('div', {class: 'actions'}, h('button', {onclick: close}, t('keep')),
        h('button', {class: 'danger', disabled: () => busy(), onclick: refund}, t('refundYes')))
    ];
  });
}

// **Source**: RFC 5545; the end is not known, so there is none.
function saveCalendar({reservation, schedule, concert}: Booking, seats: string): void {
  const at = (time: string): string => `${new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const text = (value: string): string => value.replace(/([\\;,])/g, '\\$1').replace(/\n/g, '\\n');
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//boxoffice//booking//EN', 'BEGIN:VEVENT',
    `UID:${reservation.reservationId}@boxoffice`, `DTSTAMP:${at(reservation.heldAt)}`,
    `DTSTART:${at(schedule.startsAt)}`, `SUMMARY:${text(concert.title)}`,
    `LOCATION:${text(schedule.venue)}`, `DESCRIPTION:${text(`${t('seats')}: ${seats}`)}`,
    'END:VEVENT', 'END:VCALENDAR', ''
  ];
  const address = URL.createObjectURL(new Blob([lines.join('\r\n')], {type: 'text/calendar'}));
  const link = h('a', {href: address, download: `${reservation.reservationId}.ics`});
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
