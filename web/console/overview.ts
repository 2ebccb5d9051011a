// The sale at a glance: figures of the last minutes, what waits for an operator, nodes, invariants.

import {ask, askAll, Problem, request} from '../core/api';
import {clockTime, count} from '../core/format';
import type {Concert, Schedule} from '../core/model';
import {failure, inWords, notice, table, title, untilGone} from '../core/parts';
import {effect, h, signal, type Child} from '../core/reactive';
import {has, p99, rate, readMetrics, sum, type Reading} from './metrics';
import type {Invariants, Node} from './model';
import {figure} from './plot';
import {poll, refusal} from './poll';
import {stuckPart} from './stuck';
import {t} from './texts';

const samplesMax = 180;
const p99OverSamples = 15;

const answers = 'boxoffice_http_request_seconds_count';
const lagEvents = 'boxoffice_outbox_lag_events';

// Of this gateway, which has them of itself.
type Sample = {
  purchases: number; refusals: number; requests: number; slow: number | null;
  open: number | undefined;
  lag: number | undefined;
};

export function overviewPage(): Child {
  const ending = untilGone();
  const figures = poll(
    async () => readMetrics(await (await request('/metrics')).text(), Date.now()), 1000, ending);
  const seats = poll(takenSeats, 5000, ending);
  const samples = signal<Sample[]>([]);
  const readings: Reading[] = [];
  effect(() => {
    const reading = figures.value();
    if (!reading) return;
    readings.push(reading);
    if (readings.length > p99OverSamples) readings.shift();
    if (readings.length < 2) return;
    const before = readings.at(-2)!;
    const openStates = ['started', 'debited', 'refunding', 'refund_started', 'refund_released'];
    samplesPush(samples, {
      purchases: rate(before, reading, answers, 'method="POST",route="/v1/payments",status="2'),
      refusals: rate(before, reading, answers, 'method="POST",route="/v1/reservations",status="4'),
      requests: rate(before, reading, answers, 'route="/v1'),
      slow: p99(readings[0]!, reading, 'boxoffice_http_request_seconds'),
      // Another node may have them.
      open: has(reading, 'boxoffice_sagas') ?
        openStates.reduce((all, one) => all + sum(reading, 'boxoffice_sagas', `"${one}"`), 0) :
        undefined,
      lag: has(reading, lagEvents) ? sum(reading, lagEvents) : undefined,
    });
  });
  const last = (): Sample|undefined => samples().at(-1);
  const line = (pick: (one: Sample) => number) => (): number[] => samples().map(pick);
  const shown = (value: number|undefined, digits = 0): string =>
    value === undefined ? '–' : value.toFixed(value > 0 && value < 10 ? Math.max(digits, 1) : 0);
  return [
    title(t('overview')), readiness(ending),
    () => figures.problem() && notice('warning', t('lost')),
    h('div', {class: 'figures'},
      figure(t('purchases'), () => shown(last()?.purchases, 1), line((one) => one.purchases)),
      figure(t('taken'),
        () => seats.value() ? `${count(seats.value()!.taken)} / ${count(seats.value()!.all)}` : '–',
        () => []),
      figure(t('refusals'), () => shown(last()?.refusals, 1), line((one) => one.refusals)),
      figure(t('requests'), () => shown(last()?.requests), line((one) => one.requests)),
      figure(t('slowest'), () => milliseconds(last()?.slow), line((one) => one.slow ?? 0)),
      figure(t('open'), () => shown(last()?.open), line((one) => one.open ?? 0)),
      figure(t('lag'), () => shown(last()?.lag), line((one) => one.lag ?? 0))),
    stuckPart(ending), nodesPart(ending), invariantsPart()
  ];
}

// The effect that adds a sample does not follow the samples.
function samplesPush(samples: {(): Sample[]; set(next: Sample[]): void}, one: Sample): void {
  queueMicrotask(() => samples.set([...samples().slice(1 - samplesMax), one]));
}

function milliseconds(seconds: number|null|undefined): string {
  if (seconds === undefined || seconds === null) return '–';
  return Number.isFinite(seconds) ? `${Number((seconds * 1000).toPrecision(2))} ms` : '> 10 s';
}

async function takenSeats(): Promise<{taken: number; all: number}> {
  const concerts = await askAll<Concert>('/v1/concerts');
  const lists = await Promise.all(concerts.slice(0, 50).map(
    (one) => askAll<Schedule>(`/v1/concerts/${one.concertId}/schedules`)));
  const all = lists.flat();
  return {
    taken: all.reduce((total, one) => total + one.seatCount - one.available, 0),
    all: all.reduce((total, one) => total + one.seatCount, 0),
  };
}

function readiness(ending: AbortSignal): Child {
  const ready = poll(() => ask<{notes?: string[]}>('/readyz').then(({body}) => body), 2000, ending);
  return () => {
    const problem = ready.problem();
    const missing = problem?.members.missing as string[] | undefined;
    if (problem) return notice('bad', t('notReady', missing?.join(', ') ?? inWords(problem)));
    return ready.value()?.notes?.map((one) => notice('warning', one)) ?? null;
  };
}

function nodesPart(ending: AbortSignal): Child {
  const nodes =
    poll(() => ask<{items: Node[]; problems?: string[]}>('/v1/admin/nodes').then(({body}) => body),
      3000, ending);
  return h('section', {class: 'card'}, h('h2', {}, t('nodes')), () => {
    const problem = nodes.problem();
    if (problem) return refusal(problem);
    const now = nodes.value();
    if (!now) return null;
    return [
      now.problems?.length ? now.problems.map((one) => notice('bad', one)) :
                             h('p', {class: 'quiet'}, t('noProblems')),
      table(t('nodes'), [t('node'), t('services'), t('link'), t('version')],
        now.items.map(
          (one) => [one.node || t('thisNode'), servicesOf(one), linkOf(one), one.version]))
    ];
  });
}

function servicesOf(one: Node): string {
  const names = one.services?.map((it) => `${it.service} (${it.phase})`) ?? one.roles ?? [];
  return names.join(', ');
}

function linkOf({link}: Node): string {
  if (!link) return '–';
  return link.rttMs === undefined ? link.state : `${link.state} · ${link.rttMs} ms`;
}

function invariantsPart(): Child {
  const result = signal<Child>(null);
  const busy = signal(false);
  const check = async(): Promise<void> => {
    busy.set(true);
    try {
      result.set(told((await ask<Invariants>('/v1/admin/invariants')).body));
    } catch (error) {
      result.set(error instanceof Problem ? refusal(error) : failure(error));
    }
    busy.set(false);
  };
  return h('section', {class: 'card'}, h('h2', {}, t('invariants')),
    h('p', {class: 'quiet'}, t('invariantsHint')),
    h('button', {id: 'check', disabled: () => busy(), onclick: check},
      () => busy() ? t('checking') : t('check')),
    () => result());
}

function told(body: Invariants): Child {
  const at = clockTime(body.checkedAt);
  if (body.ok) return notice('good', t('addsUp', at));
  return [
    notice('bad', t('doesNot', count(body.violations.length + body.unlistedViolations), at)),
    table(t('invariants'), [t('rule'), t('detail')],
      body.violations.map((one) => [one.rule, one.detail]))
  ];
}
