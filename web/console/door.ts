// The door: a ticket is typed by a scanner or seen by the camera, and a word says whether it lets in.

import {ask, askAll, Problem} from '../core/api';
import {serverNow} from '../core/clock';
import {clockTime, when} from '../core/format';
import type {Concert, Schedule} from '../core/model';
import {inWords, notice, title, untilGone} from '../core/parts';
import {h, signal, type Child} from '../core/reactive';
import {session} from '../core/session';
import {cameraPart} from './door_camera';
import type {Verdict} from './model';
import {t} from './texts';

type Shown = {
  tone: 'good'|'warning'|'bad'|'unknown'; word: string;
  why?: string;
  verdict?: Verdict;
  again?: () => void;
};
const marks: Record<Shown['tone'], string> = {
  good: '✓',
  warning: '!',
  bad: '×',
  unknown: '?'
};

// Both stay when another part of the console is looked at.
let door = '';
const admits = signal(true);

export function doorPage(): Child {
  const ending = untilGone();
  const shown = signal<Shown|null>(null);
  const dates = signal<Map<string, string>>(new Map());
  readDates().then(dates.set, () => undefined);
  let last = 0;
  const check = async(text: string): Promise<void> => {
    const mine = ++last;
    const settle = (next: Shown|null): void => {
      if (mine === last && !ending.aborted) shown.set(next);
    };
    settle(null);
    try {
      const {body} = await ask<Verdict>('/v1/admin/tickets/verify', {
        method: 'POST',
        body: {ticket: text, admit: admits(), ...(door ? {scheduleId: door} : {})}
      });
      settle(told(body));
    } catch (error) {
      settle(notChecked(error, () => void check(text)));
    }
  };
  return [
    title(t('door')), session()?.role === 'user' && notice('warning', t('doorNeedsRole')),
    h('div', {class: 'door'},
      h('section', {class: 'card'}, choices(dates), typedPart(check), cameraPart(check, ending)),
      h('div', {class: 'verdicts', role: 'status', 'aria-live': 'assertive'},
        () => verdictView(shown(), dates())))
  ];
}

async function readDates(): Promise<Map<string, string>> {
  const concerts = await askAll<Concert>('/v1/concerts');
  const found: [string, string][] = [];
  for (const one of concerts)
    for (const date of await askAll<Schedule>(`/v1/concerts/${one.concertId}/schedules`))
      found.push([date.scheduleId, `${one.title} · ${when(date.startsAt)} · ${date.venue}`]);
  return new Map(found);
}

function choices(dates: () => Map<string, string>): Child {
  const switched = (event: Event): void => admits.set((event.target as HTMLInputElement).checked);
  return [
    h('div', {},
      h('label',
        {for: 'door'
        },
        t('whichDoor')),
      () => h('select', {
        id: 'door',
        onchange: (event: Event) => {
          door = (event.target as HTMLSelectElement).value;
        }
      },
        h('option', {value: ''}, t('anyDoor')),
        [...dates()].map(([id, name]) => h('option', {value: id, selected: id === door}, name)))),
    h('label', {class: 'check'}, h('input', {
      id: 'admit',
      type: 'checkbox',
      role: 'switch',
      checked: () => admits(),
      onchange: switched
    }),
      t('admits')),
    h('p', {class: 'hint'}, () => admits() ? t('admitsHint') : t('looksHint'))
  ];
}

// A scanner types the text and presses Enter, so the field is empty and has the focus for the next.
function typedPart(check: (text: string) => Promise<void>): Child {
  const field = h('input', {
    id: 'ticket-text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    lang: 'en',
    maxlength: 4296,
    'aria-describedby': 'ticket-hint'
  });
  requestAnimationFrame(() => field.focus({preventScroll: true}));
  return h('form', {
    class: 'typed',
    onsubmit: (event: Event) => {
      event.preventDefault();
      const text = field.value.trim();
      field.value = '';
      field.focus();
      if (text) void check(text);
    }
  },
    h('label',
      {for: 'ticket-text'
      },
      t('ticketText')),
    h('div', {class: 'fields'}, field, h('button', {class: 'primary'}, t('checkTicket'))),
    h('p', {class: 'hint', id: 'ticket-hint'}, t('ticketHint')));
}

function told(verdict: Verdict): Shown {
  const {valid, reason, admittedAt, admittedNow} = verdict;
  if (!valid) {
    const why = reason === 'refunded' ? t('isRefunded') :
      reason === 'other_schedule'     ? t('isElsewhere') :
      reason === 'unknown'            ? t('isUnknown') :
                                        t('isForged');
    return {tone: 'bad', word: t('stop'), why, verdict};
  }
  if (admittedNow) return {tone: 'good', word: t('letIn'), verdict};
  if (!admittedAt) return {tone: 'good', word: t('isValid'), why: t('notYetIn'), verdict};
  return {
    tone: 'warning',
    word: t('isIn'),
    why: t('inSince', clockTime(admittedAt), ago(admittedAt)),
    verdict
  };
}

function ago(time: string): string {
  const seconds = Math.max(0, Math.round((serverNow() - Date.parse(time)) / 1000));
  return seconds < 120 ? t('secondsAgo', seconds) : t('minutesAgo', Math.round(seconds / 60));
}

// Nobody knows whether an answer that did not come let somebody in: the same text tells.
function notChecked(error: unknown, again: () => void): Shown {
  const refused = error instanceof Problem && error.status === 403;
  return {
    tone: 'unknown',
    word: t('notChecked'),
    why: refused ? t('doorNeedsRole') : inWords(error),
    again
  };
}

function verdictView(shown: Shown|null, dates: Map<string, string>): Child {
  if (!shown) return h('p', {class: 'empty'}, t('nextTicket'));
  const {verdict} = shown;
  const fact = (name: string, value: Child): Child =>
    h('div', {}, h('dt', {}, name), h('dd', {}, value));
  return h('div', {class: `verdict ${shown.tone}`},
    h('p', {class: 'word'}, h('span', {class: 'mark', 'aria-hidden': 'true'}, marks[shown.tone]),
      shown.word),
    shown.why && h('p', {class: 'lead'}, shown.why),
    verdict?.reservationId &&
      h('dl', {class: 'facts'},
        verdict.seats.length > 0 &&
          fact(t('seatsOf', verdict.seats.length), verdict.seats.join(', ')),
        verdict.scheduleId && dates.has(verdict.scheduleId) &&
          fact(t('date'), dates.get(verdict.scheduleId)!),
        fact(t('reservation'), h('span', {class: 'mono'}, verdict.reservationId))),
    shown.again && h('button', {onclick: shown.again}, t('checkAgain')));
}
