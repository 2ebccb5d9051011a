// What waits for an operator: parked payments, events, tokens and holds. Each with what one can do.

import {ask, askAll} from '../core/api';
import {clockTime, count, money} from '../core/format';
import {failure, loaded, notice, openDialog, table} from '../core/parts';
import {h, signal, unchanged, type Child, type Signal} from '../core/reactive';
import {openBulk, type Bulk} from './bulk';
import type {Figures} from './figures';
import type {OutboxEvent, Parked, Saga} from './model';
import {unknown} from './plot';
import {poll, refusal} from './poll';
import {t} from './texts';

const oldSeconds = 30;
const openStates = ['STARTED', 'DEBITED', 'REFUNDING', 'REFUND_STARTED', 'REFUND_RELEASED'];

type Stuck = {
  sagas: Saga[]; events: OutboxEvent[]; entries: Parked[]
};

async function read(): Promise<Stuck> {
  const [sagas, events, entries] = await Promise.all([
    askAll<Saga>('/v1/admin/sagas?state=PARKED', 5),
    askAll<OutboxEvent>('/v1/admin/outbox?state=parked', 5),
    askAll<Parked>('/v1/admin/parked', 5),
  ]);
  return {sagas, events, entries};
}

async function readOld(): Promise<Saga[]> {
  const lists = await Promise.all(openStates.map(
    (state) => askAll<Saga>(`/v1/admin/sagas?state=${state}&olderThanSeconds=${oldSeconds}`, 1)));
  return lists.flat();
}

export function stuckPart(ending: AbortSignal): Child {
  const stuck = poll(read, 4000, ending);
  const slow = poll(readOld, 20_000, ending);
  const message = signal<Child>(null);
  const act: Act = async (path, body) => {
    try {
      await ask(path, {method: 'POST', ...(body === undefined ? {} : {body})});
      message.set(null);
      return null;
    } catch (error) {
      const why = failure(error);
      message.set(why);
      return why;
    } finally {
      stuck.now();
    }
  };
  const bulkButton = (what: Bulky): Child => h('button', {
    class: `small ${what === 'abort' ? 'danger' : ''}`,
    onclick: () => openBulk(bulkOf(stuck.value()?.sagas ?? [], what, stuck.now))
  },
    t(what === 'resume' ? 'resumeAll' : 'abortAll'));
  return h(
    'section', {class: 'card', id: 'stuck'}, h('h2', {}, t('stuck')), () => message(), () => {
      const problem = stuck.problem();
      if (problem) return refusal(problem);
      const now = stuck.value();
      if (!now) return null;
      const old = slow.value() ?? [];
      const none = now.sagas.length + old.length + now.events.length + now.entries.length === 0;
      return none ? notice('good', t('nothingStuck')) : [
        now.sagas.length > 0 &&
          [
            h('h3', {}, t('parkedSagas', now.sagas.length)), sagaTable(now.sagas, act),
            now.sagas.length > 1 &&
              h('div', {class: 'actions'}, bulkButton('resume'), bulkButton('abort'))
          ],
        old.length > 0 && [h('h3', {}, t('oldSagas', old.length)), sagaTable(old, act)],
        now.events.length > 0 &&
          [h('h3', {}, t('parkedEvents', now.events.length)), eventTable(now.events, act)],
        now.entries.length > 0 &&
          [h('h3', {}, t('parkedEntries', now.entries.length)), entryTable(now.entries, act)],
      ];
    });
}

/** The result says why it was not done; null: it was. */
type Act = (path: string, body?: unknown) => Promise<Child>;

function sagaTable(sagas: Saga[], act: Act): Child {
  return table(t('payment'),
    [t('payment'), t('user'), t('amount'), t('state'), t('why'), t('since'), null],
    sagas.map((one) => [h('span', {class: 'mono'}, one.paymentId), one.userId, money(one.amount),
                one.state, one.reason ?? one.failure ?? '', clockTime(one.changedAt),
                h('button', {
                  class: 'small',
                  'aria-label': `${t('show')}: ${one.paymentId}`,
                  onclick: () => sagaDialog(one.paymentId, act)
                },
                  t('show'))]));
}

function sagaDialog(id: string, act: Act): void {
  openDialog(`${t('payment')} ${id}`,
    (close) => loaded(() => ask<Saga>(`/v1/admin/sagas/${id}`), ({body}) => {
      const problem = signal<Child>(null);
      return [
        h('dl', {class: 'facts'}, fact(t('state'), body.state), fact(t('user'), body.userId),
          fact(t('amount'), money(body.amount)), body.reason && fact(t('why'), body.reason)),
        () => problem(), body.state === 'PARKED' && decisions(id, act, problem, close),
        h('h3', {}, t('timeline')),
        table(t('timeline'), [t('since'), t('state'), t('step'), t('what')],
          (body.timeline ?? [])
            .map((one) => [clockTime(one.at), one.state, one.step ?? '', one.what]))
      ];
    }));
}

function decisions(id: string, act: Act, problem: Signal<Child>, close: () => void): Child {
  const reason = h('input', {id: 'reason', required: true, maxlength: 500});
  const done = async(path: string, body?: unknown): Promise<void> => {
    const why = await act(path, body);
    problem.set(why);
    if (!why) close();
  };
  return [
    h('div', {class: 'actions'},
      h('button',
        {class: 'primary', id: 'resume', onclick: () => done(`/v1/admin/sagas/${id}/resume`)},
        t('resume'))),
    h('form', {
      class: 'abort',
      onsubmit: (event: Event) => {
        event.preventDefault();
        void done(`/v1/admin/sagas/${id}/abort`, {reason: reason.value});
      }
    },
      h('label',
        { for: 'reason'
        },
        t('abortReason')),
      reason, h('p', {class: 'hint'}, t('abortHint')),
      h('button', {class: 'danger', id: 'abort'}, t('abort')))
  ];
}

function fact(name: string, value: string): Child {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

type Bulky = 'resume'|'abort';

function bulkOf(sagas: Saga[], what: Bulky, again: () => void): Bulk {
  return {
    heading: t(what === 'resume' ? 'resumeAll' : 'abortAll'),
    button: t(what === 'resume' ? 'resumeThem' : 'abortThem'),
    ...(what === 'abort' ? {reason: t('abortReason')} : {}),
    dryRun: () => Promise.all(sagas.map(async ({paymentId}) => {
      const {body} = await ask<Saga>(`/v1/admin/sagas/${paymentId}`);
      return {
        id: paymentId,
        text: money(body.amount),
        path: `/v1/admin/sagas/${paymentId}/${what}`,
        leftOut: body.state === 'PARKED' ? '' : body.state,
      };
    })),
    after: again,
  };
}

/** Each consumer of events: how far it is behind, and what it has parked. */
export function outboxPart(figures: () => Figures): Child {
  const shown = unchanged(() => figures().all.at(-1)?.outbox ?? null);
  return h('section', {class: 'card', id: 'outbox'}, h('h2', {}, t('outbox')), () => {
    const now = shown();
    return now === null ?
      unknown(figures()) || h('p', {class: 'quiet'}, '–') :
      table(t('outbox'), [t('consumer'), t('lagEvents'), t('lagSeconds'), t('parkedCount'), null],
        now.map(
          (one) => [one.consumer, count(one.lagEvents), count(one.lagSeconds), count(one.parked),
            one.parked > 0 &&
              h('button', {
                class: 'small',
                'aria-label': `${t('replayAll')}: ${one.consumer}`,
                onclick: () => openBulk(replayOf(one.consumer))
              },
                t('replayAll'))]),
        1);
  });
}

// An event brings along what is parked behind it.
function replayOf(consumer: string): Bulk {
  return {
    heading: `${t('replayAll')} ${consumer}`,
    button: t('replayThem'),
    dryRun: async () =>
      (await askAll<OutboxEvent>('/v1/admin/outbox?state=parked', 5))
        .filter((one) => one.consumers.some((it) => it.consumer === consumer && it.parkedAt))
        .map((one) => ({
          id: one.eventId,
          text: one.type,
          path: `/v1/admin/outbox/${one.eventId}/replay`,
          leftOut: '',
        })),
    after: () => undefined,
  };
}

function eventTable(events: OutboxEvent[], act: Act): Child {
  return table(t('event'), [t('event'), t('payment'), t('consumers'), t('why'), null],
    events.map((one) => [[h('span', {class: 'mono'}, one.eventId), h('br'), one.type],
                 h('span', {class: 'mono'}, one.paymentId),
                 one.consumers.filter((it) => it.parkedAt).map((it) => it.consumer).join(', '),
                 one.consumers.map((it) => it.reason).filter(Boolean).join('; '),
                 h('button', {
                   class: 'small',
                   'aria-label': `${t('replay')}: ${one.eventId}`,
                   onclick: () => act(`/v1/admin/outbox/${one.eventId}/replay`)
                 },
                   t('replay'))]));
}

function entryTable(entries: Parked[], act: Act): Child {
  return table(t('entry'), [t('entry'), t('user'), t('state'), t('wants'), t('why'), null],
    entries.map(
      (one) => [h('span', {class: 'mono'}, one.id), one.userId, one.state, one.wants, one.reason,
        h('div', {class: 'actions'},
          h('button', {class: 'small', onclick: () => act(`/v1/admin/parked/${one.id}/retry`)},
            t('retry')),
          h('button',
            {class: 'small danger', onclick: () => act(`/v1/admin/parked/${one.id}/abandon`)},
            t('abandon')))]));
}
