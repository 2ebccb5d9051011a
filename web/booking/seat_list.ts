// All seats as a list: a section, then a row, then a seat. With a keyboard the arrows go along a row.

import {count, money} from '../core/format';
import {h, signal, type Child} from '../core/reactive';
import {available, held, type Block, type SeatMap} from '../core/seats';
import {t} from './texts';

export type ListRules = {
  map: SeatMap;
  /** Read by whatever shows seats, so that it follows their changes. */
  changes(): number;
  isChosen(index: number): boolean;
  isDim(block: Block): boolean;
  toggle(index: number): void;
};

export function seatList(rules: ListRules): Child {
  const {map} = rules;
  const section = signal(0);
  const row = signal(1);
  const block = (): Block => map.blocks[section()]!;
  const sections = h('select', {
    id: 'section',
    onchange: (event: Event) => {
      section.set(Number((event.target as HTMLSelectElement).value));
      row.set(1);
    }
  });
  const rows = h('select', {
    id: 'row',
    onchange: (event: Event) => row.set(Number((event.target as HTMLSelectElement).value))
  });
  return h('div', { class: 'seat-list' },
    h('div', { class: 'pickers' },
      h('div', {}, h('label', { for: 'section' }, t('section')),
        options(sections, () => map.blocks.map((one, i) => [String(i),
          t('sectionFree', one.name, (rules.changes(), count(map.freeOf(one))), money(one.price))]), () => section())),
      h('div', {}, h('label', { for: 'row' }, t('row')),
        options(rows, () => Array.from({ length: block().rows }, (_, i) => [String(i + 1),
          t('rowFree', i + 1, (rules.changes(), map.freeOf(block(), i + 1)))]), () => row()))),
    () => seatsOfRow(rules, block(), row()));
}

// Keeps the element, and so the focus, while its texts change.
function options(
  select: HTMLSelectElement, make: () => string[][], chosen: () => number): HTMLElement {
  const shown: Child = () => make().map(
    ([value, text]) => h('option', {value: value!, selected: String(chosen()) === value}, text!));
  select.append(...h('select', {}, shown).childNodes);
  return select;
}

function seatsOfRow(rules: ListRules, block: Block, row: number): Child {
  const {map} = rules;
  const first = block.first + (row - 1) * block.seatsPerRow;
  const current = signal(first);
  const buttons: HTMLElement[] = [];
  const move = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -block.seatsPerRow,
      End: block.seatsPerRow,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = current() - first + step;
    const next = Math.min(Math.max(at, 0), block.seatsPerRow - 1);
    current.set(first + next);
    buttons[next]!.focus();
  };
  for (let index = first; index < first + block.seatsPerRow; ++index) {
    const state = (): number => (rules.changes(), map.states[index]!);
    const word = (): string => rules.isChosen(index) ? t('chosen') :
      state() === available                          ? t('free') :
      state() === held                               ? t('held') :
                                                       t('sold');
    const name = map.seat(index).name;
    buttons.push(h('button', {
      class: () => `seat ${rules.isChosen(index) ? 'chosen' : ['free', 'held', 'sold'][state()]}`,
      'aria-pressed': () => rules.isChosen(index) ? 'true' : 'false',
      'aria-disabled': () => state() !== available && !rules.isChosen(index) ? 'true' : null,
      'aria-label': () => t('seatLabel', name, money(block.price), word()),
      tabindex: () => current() === index ? 0 : -1,
      title: () => `${name} · ${word()}`,
      onfocus: () => current.set(index),
      onclick: () => {
        if (state() === available || rules.isChosen(index)) rules.toggle(index);
      },
    },
      String(index - first + 1)));
  }
  return h('div', {
    class: 'seat-row',
    role: 'group',
    'aria-label': t('seatsOfRow', block.name, row),
    onkeydown: move
  },
    buttons);
}
