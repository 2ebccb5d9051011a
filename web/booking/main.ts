// The booking pages: the frame around them, and which one is shown.

import {announcers, languageButton, loaded, notice, title} from '../core/parts';
import {effect, h, type Child} from '../core/reactive';
import {language} from '../core/language';
import {whoIsThere} from '../core/sign_in';
import {concertPage, concertsPage} from './concerts';
import {route} from './route';
import {schedulePage} from './schedule_page';
import {t} from './texts';

function page(): Child {
  const [what, id] = route();
  if (what === undefined) return concertsPage();
  if (what === 'concerts' && id) return concertPage(id);
  if (what === 'schedules' && id) return schedulePage(id);
  if (what === 'reservations' && id)
    return loaded(
      () => import('./reservation_page'), (part) => part.reservationPage(id), t('payment'));
  if (what === 'mine')
    return loaded(() => import('./mine'), (part) => part.minePage(), t('myTickets'));
  return [title('boxoffice'), notice('info', t('notThere'))];
}

function link(path: string, text: string): HTMLElement {
  return h('a',
    {href: `#${path}`, 'aria-current': () => `/${route().join('/')}` === path ? 'page' : null},
    text);
}

effect(() => {
  document.documentElement.lang = language();
});

document.body.append(h('a', {
  class: 'skip',
  href: '#main',
  onclick: (event: Event) => {
    event.preventDefault();
    document.getElementById('main')!.focus();
  }
},
                       () => t('skip')),
  h('header', {class: 'top'}, h('a', {class: 'brand', href: '#/'}, 'boxoffice'),
    h('nav', {}, () => [link('/', t('concerts')), link('/mine', t('myTickets'))]),
    h('div', {class: 'side'}, () => whoIsThere(), () => languageButton())),
  h('main', {id: 'main', tabindex: -1}, () => page()), ...[announcers].flat() as Node[]);
