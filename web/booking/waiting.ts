// The waiting room: where one stands, how long it may take, and whether there is hope.

import {type Problem} from '../core/api';
import {clockTime, count, money, span} from '../core/format';
import type {Place} from '../core/model';
import {announce, notice} from '../core/parts';
import {effect, h, whenGone, type Child, type Signal} from '../core/reactive';
import {lowestPrice} from './concerts';
import type {Sale} from './schedule_page';
import {t} from './texts';

const announceEveryMs = 30_000;

// Where somebody stood at first, for the bar; it survives a reload.
function firstPosition(place: Place): number {
  const name = `boxoffice.first.${place.token}`;
  const first = Math.max(Number(sessionStorage.getItem(name) ?? 0), place.position);
  sessionStorage.setItem(name, String(first));
  return first;
}

function about(seconds: number): string {
  return seconds < 60 ? span(seconds) : t('about', span(seconds));
}

function estimate({etaRange, etaSeconds}: Place): string {
  if (!etaRange) return about(etaSeconds);
  const [least, most] = [span(etaRange.p50), span(etaRange.p90)];
  return least === most ? about(etaRange.p90) : t('range', least, most);
}

export function waitingView(
  sale: Sale, place: Signal<Place>, trouble: Signal<Problem|null>, leave: () => void): Child {
  let told = 0;
  const plainTitle = document.title;
  effect(() => {
    const {position} = place();
    document.title = `(${count(position)}) ${plainTitle}`;
    if (performance.now() - told < announceEveryMs && told > 0) return;
    told = performance.now();
    announce(`${t('youAreNumber')}: ${count(position)}. ${t('estimate')}: ${estimate(place())}`);
  });
  whenGone(() => {
    document.title = plainTitle;
  });
  return h('section', {class: 'card waiting', 'aria-label': t('waitingRoom')},
    h('p', {class: 'chip'}, t('waitingRoom')), h('p', {class: 'label'}, t('youAreNumber')),
    h('p', {class: 'huge'}, () => count(place().position)),
    h('p', {class: 'quiet'},
      () => place().position <= 1 ? t('next') : t('aheadOfYou', count(place().position - 1))),
    () => h('progress', {
      max: firstPosition(place()),
      'aria-hidden': 'true',
      value: firstPosition(place()) - place().position + 1
    }),
    h('dl', {class: 'facts'},
      h('div', {}, h('dt', {}, t('estimate')), h('dd', {}, () => estimate(place()))),
      h('div', {}, h('dt', {}, t('left')),
        h('dd', {},
          () => t('leftFrom', count(place().seatsLeft ?? sale.schedule.available),
            money(lowestPrice(sale.schedule)))))),
    () => place().odds === 'none' ? notice('bad', t('oddsNone')) :
      place().odds === 'low'      ? notice('warning', t('oddsLow')) :
                                    null,
    () => trouble() && notice('warning', t('lineTrouble')),
    h('p', {class: 'hint'}, () => t('placeKept', clockTime(place().expiresAt))),
    h('button', {onclick: leave}, t('leave')));
}
