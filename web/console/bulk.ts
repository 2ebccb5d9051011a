// The same act for many: first what would be done, asked anew; then what was, one by one.

import {ask, Problem} from '../core/api';
import {inWords, loaded, openDialog} from '../core/parts';
import {h, signal, type Child} from '../core/reactive';
import {t} from './texts';

export type Line = {
  id: string; text: string; path: string;
  /** Why it would be left out; empty: it would be done. */
  leftOut: string;
};
export type Bulk = {
  heading: string;
  /** What would be done now. */
  dryRun(): Promise<Line[]>;
  button: string;
  /** Asked for a reason, which every act is sent with. */
  reason?: string; after(): void;
};

export function openBulk(of: Bulk): void {
  openDialog(of.heading, (close) => loaded(() => of.dryRun(), (lines) => view(of, lines, close)));
}

function view(of: Bulk, lines: Line[], close: () => void): Child {
  const ready = lines.filter((one) => !one.leftOut);
  const results = signal(new Map<string, string>());
  const step = signal<'asked'|'running'|'over'>('asked');
  const reason = h('input', {id: 'bulk-reason', required: true, maxlength: 500});
  const run = async(event: Event): Promise<void> => {
    event.preventDefault();
    const body = of.reason === undefined ? {} : {body: {reason: reason.value}};
    step.set('running');
    for (const {id, path} of ready) {
      const said =
        await ask(path, {method: 'POST', ...body})
          .then(() => t('done'),
            (error: unknown) =>
              error instanceof Problem && error.status > 0 ? error.code : inWords(error));
      results.set(new Map(results()).set(id, said));
    }
    step.set('over');
    of.after();
  };
  return h('form', {class: 'form', onsubmit: run},
    h('p', {role: 'status'},
      () => step() === 'asked' ? t('dryRun', ready.length, lines.length) :
                                 t('doneOf', results().size, ready.length)),
    h('ul', {class: 'lines'},
      lines.map((one) => h('li', {}, h('span', {class: 'mono'}, one.id), h('span', {}, one.text),
                  h('span', {class: 'quiet'},
                    () => results().get(one.id) ?? (one.leftOut || t('would')))))),
    of.reason !== undefined &&
      h('div', {},
        h('label',
          { for: 'bulk-reason'
          },
          of.reason),
        reason),
    h('div', {class: 'actions'},
      () => step() === 'over' ? null :
                                h('button', {
                                  class: of.reason === undefined ? 'primary' : 'danger',
                                  disabled: ready.length === 0 || step() === 'running'
                                },
                                  of.button),
      h('button', {type: 'button', onclick: close}, t('close'))));
}
