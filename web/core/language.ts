// The language of the page: that of the browser, until somebody chooses.

import {signal} from './reactive';

export type Language = 'en'|'ko';
const place = 'boxoffice.language';

function first(): Language {
  const chosen = localStorage.getItem(place);
  if (chosen === 'en' || chosen === 'ko') return chosen;
  return navigator.languages.some((one) => one.startsWith('ko')) &&
      !navigator.languages[0]?.startsWith('en') ?
    'ko' :
    'en';
}

export const language = signal<Language>(first());

export function chooseLanguage(next: Language): void {
  localStorage.setItem(place, next);
  language.set(next);
}

/** English and Korean of each text; `{0}` is the first argument. */
export type Texts = Record<string, readonly [en: string, ko: string]>;
const known: Texts = {
  lessThanAMinute: ['less than a minute', '1분 이내'],
  minutesLong: ['{0} min', '{0}분'],
  hoursLong: ['{0} h', '{0}시간'],
};

/** Adds the texts of one page; the result looks a text of it up. */
export function texts<T extends Texts>(added: T): (
  key: keyof T&string, ...with_: (string|number)[]) => string {
  Object.assign(known, added);
  return t;
}

export function t(key: string, ...values: (string|number)[]): string {
  const both = known[key];
  if (!both) throw new Error(`no text '${key}'`);
  return both[language() === 'ko' ? 1 : 0].replace(
    /\{(\d)\}/g, (_, i) => String(values[Number(i)]));
}
