// The operators' console: the frame, and which page is shown.

import {language} from '../core/language';
import {announcers, focusNextTitle, languageButton, title} from '../core/parts';
import {effect, h, signal, type Child} from '../core/reactive';
import {session} from '../core/session';
import {signInForm, whoIsThere} from '../core/sign_in';
import {cataloguePage} from './catalogue';
import {doorPage} from './door';
import {overviewPage} from './overview';
import {roomsPage} from './rooms';
import {t} from './texts';

const place = signal(location.hash.replace(/^#\/?/, ''));
addEventListener('hashchange', () => {
  focusNextTitle();
  place.set(location.hash.replace(/^#\/?/, ''));
});

function page(): Child {
  const who = session();
  if (!who) return [title(t('console')), signInForm(['operator', 'admin', 'user'])];
  const where = place();
  return [
    where === 'rooms'      ? roomsPage() :
      where === 'concerts' ? cataloguePage() :
      where === 'door'     ? doorPage() :
                             overviewPage(),
    h('p', {class: 'hint'}, t('asRole', who.role))
  ];
}

function link(path: string, text: string): HTMLElement {
  return h('a', {href: `#/${path}`, 'aria-current': () => place() === path ? 'page' : null}, text);
}

effect(() => {
  document.documentElement.lang = language();
});

document.body.append(
  h('header', {class: 'top'},
    h('a', {class: 'brand', href: '#/'}, () => `boxoffice · ${t('console')}`),
    h('nav', {},
      () => [link('', t('overview')), link('rooms', t('rooms')), link('concerts', t('catalogue')),
        link('door', t('door')), h('a', {href: '/'}, t('toBooking'))]),
    h('div', {class: 'side'}, () => whoIsThere(), () => languageButton())),
  h('main', {id: 'main', tabindex: -1}, () => page()), ...[announcers].flat() as Node[]);
