// The sale at a glance: figures of the last minutes, what waits for an operator, the outbox, nodes,
// stores, invariants.

import {ask, Problem} from '../core/api';
import {clockTime, count} from '../core/format';
import {failure, inWords, notice, table, title, untilGone} from '../core/parts';
import {h, signal, unchanged, type Child} from '../core/reactive';
import type {Figures} from './figures';
import type {Invariants, Node} from './model';
import {liveFigures, plots, trouble, unknown} from './plot';
import {poll, refusal} from './poll';
import {outboxPart, stuckPart} from './stuck';
import {t} from './texts';

export function overviewPage(): Child {
  const ending = untilGone();
  const figures = liveFigures(ending);
  const shown = plots(figures);
  return [
    title(t('overview')),
    readiness(ending),
    () => trouble(figures()),
    h('div', {class: 'figures'}, shown(t('purchases'), (one) => one.purchasesPerSecond, decimal),
      shown([t('sold'), allSeats(figures)], (one) => one.sold), shown(t('held'), (one) => one.held),
      shown(t('waiting'), (one) => one.waiting), shown(t('admitted'), (one) => one.admitted),
      shown(t('refusals'), (one) => one.refusalsPerSecond, decimal),
      shown(t('open'), (one) => one.sagas?.open ?? null),
      shown(t('slowest'), (one) => one.gateway.p99Ms, milliseconds),
      shown(t('requests'), (one) => one.gateway.requestsPerSecond, decimal)),
    stuckPart(ending),
    outboxPart(figures),
    nodesPart(figures),
    storesPart(figures),
    invariantsPart(),
  ];
}

function decimal(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : count(Math.round(value));
}

function allSeats(figures: () => Figures): Child {
  return () => {
    const all = figures().all.at(-1)?.seats;
    return typeof all === 'number' && ` / ${count(all)}`;
  };
}

function milliseconds(value: number): string { return `${Number(value.toPrecision(2))} ms`; }

function readiness(ending: AbortSignal): Child {
  const ready = poll(() => ask<{notes?: string[]}>('/readyz').then(({body}) => body), 2000, ending);
  return () => {
    const problem = ready.problem();
    const missing = problem?.members.missing as string[] | undefined;
    if (problem) return notice('bad', t('notReady', missing?.join(', ') ?? inWords(problem)));
    return ready.value()?.notes?.map((one) => notice('warning', one)) ?? null;
  };
}

function nodesPart(figures: () => Figures): Child {
  const shown = unchanged(() => {
    const now = figures().all.at(-1);
    return now ? {nodes: now.nodes, problems: now.problems} : null;
  });
  return h('section', {class: 'card', id: 'nodes'}, h('h2', {}, t('nodes')), () => {
    const now = shown();
    if (!now) return unknown(figures());
    return [
      now.problems.length > 0 ? now.problems.map((one) => notice('bad', one)) :
                                h('p', {class: 'quiet'}, t('noProblems')),
      table(t('nodes'), [t('node'), t('services'), t('link'), t('version')],
        now.nodes.map(
          (one) => [one.node || t('thisNode'), servicesOf(one), linkOf(one), one.version]))
    ];
  });
}

function servicesOf(one: Node): string {
  const names =
    one.services?.map((it) => `${it.service} (${it.phase}, ${t('epoch', it.epoch)}${
                        it.leaseMsLeft === undefined ? '' : `, ${t('lease', it.leaseMsLeft)}`})`) ??
    one.roles ?? [];
  return names.join(', ');
}

function linkOf({link}: Node): string {
  if (!link) return '–';
  return [
    link.state, link.rttMs !== undefined && `${link.rttMs} ms`,
    link.inFlight > 0 && t('inFlight', link.inFlight),
    link.reconnects > 0 && t('reconnects', link.reconnects), link.lastError
  ].filter(Boolean)
    .join(' · ');
}

function storesPart(figures: () => Figures): Child {
  const shown = unchanged(() => figures().all.at(-1)?.stores ?? null);
  const value = (one: number|null, text: (value: number) => string): string =>
    one === null ? '–' : text(one);
  return h('section', {class: 'card', id: 'stores'}, h('h2', {}, t('stores')),
    h('p', {class: 'quiet'}, t('storesHint')), () => {
      const now = shown();
      if (!now) return unknown(figures());
      return table(t('stores'), [t('store'), t('commits'), t('half'), t('most')],
        now.map((one) => [one.store, value(one.commitsPerSecond, decimal),
                  value(one.p50Ms, milliseconds), value(one.p99Ms, milliseconds)]),
        1);
    });
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
