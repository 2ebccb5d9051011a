// Where somebody is: the part of the address after `#`.

import {focusNextTitle} from '../core/parts';
import {signal} from '../core/reactive';

const read = (): string[] => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean);

/** The segments: `#/schedules/4` is `['schedules', '4']`. */
export const route = signal<string[]>(read());

addEventListener('hashchange', () => {
  focusNextTitle();
  route.set(read());
  scrollTo(0, 0);
});

export function go(path: string): void { location.hash = path; }
