// Figures, each with a small line of the last minutes under it.

import {count} from '../core/format';
import {notice} from '../core/parts';
import {h, s, signal, type Child} from '../core/reactive';
import {followFigures, type Figures} from './figures';
import type {Summary} from './model';
import {refusal} from './poll';
import {t} from './texts';

const width = 200;
const height = 36;

/** The figures as a signal; nothing is known at first. */
export function liveFigures(until: AbortSignal): () => Figures {
  const figures = signal<Figures>({all: [], problem: null});
  followFigures(figures.set, until);
  return figures;
}

type Pick = (one: Summary) => number|null;

/** Makes figures with their plots. */
export function plots(figures: () => Figures) {
  return (label: Child, pick: Pick, text: (value: number) => string = count) =>
           figure(label, () => {
             const now = figures().all.at(-1);
             const value = now ? pick(now) : null;
             return value !== null ? text(value) : '–';
           }, () => figures().all.map(pick).filter((one) => one !== null));
}

/** Without the role there are none. */
export function unknown({problem}: Figures): Child {
  return problem && (problem.status === 401 || problem.status === 403) && refusal(problem);
}

/** Why figures are old, or lack something. */
export function trouble({all, problem}: Figures): Child {
  const refused = unknown({all, problem});
  if (refused) return refused;
  if (problem) return notice('warning', t('lost'));
  const silent = all.at(-1)?.silent ?? [];
  return silent.length > 0 && notice('warning', t('silent', silent.join(', ')));
}

function figure(label: Child, value: () => string, values: () => number[]): Child {
  return h('div', {class: 'card figure'}, h('p', {class: 'label'}, label),
    h('p', {class: 'huge'}, value), () => line(values()));
}

function line(values: number[]): Child {
  const most = Math.max(...values, 1e-9);
  const step = width / Math.max(values.length - 1, 1);
  const points = values.map(
    (one, i) => `${(i * step).toFixed(1)},${(height - 2 - one / most * (height - 4)).toFixed(1)}`);
  return s('svg',
    {viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', preserveAspectRatio: 'none'},
    values.length > 1 && s('polyline', {points: points.join(' ')}));
}
