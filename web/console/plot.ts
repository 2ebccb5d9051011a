// A small line of the last minutes under a figure.

import {h, s, type Child} from '../core/reactive';

const width = 200;
const height = 36;

/** `values`, the newest last; `label` is what those hear who do not see it. */
export function figure(
  label: string, value: () => string, values: () => number[], tone?: () => string): Child {
  return h('div', {class: () => `card figure ${tone?.() ?? ''}`}, h('p', {class: 'label'}, label),
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
