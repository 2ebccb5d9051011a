// What several pages are made of: titles, notices, what is loading or has failed, dialogs.

import {Problem} from './api';
import {chooseLanguage, language, texts} from './language';
import {h, peek, signal, whenGone, type Child} from './reactive';

const t = texts({
  loading: ['Loading', '불러오는 중'],
  again: ['Try again', '다시 시도'],
  notReached: [
    'The server cannot be reached. Check your connection.',
    '서버에 연결할 수 없습니다. 인터넷 연결을 확인해 주세요.'
  ],
  busy: [
    'The server is busy. Please try again in a moment.',
    '접속이 많습니다. 잠시 후 다시 시도해 주세요.'
  ],
  signedOut: ['You are signed out. Sign in again.', '로그인이 끝났습니다. 다시 로그인해 주세요.'],
  notFound:
    ['This does not exist, or belongs to somebody else.', '존재하지 않거나 다른 사람의 것입니다.'],
  forbidden: ['Your role does not allow this.', '이 작업을 할 권한이 없습니다.'],
  unexpected: ['That did not work: {0}', '처리하지 못했습니다: {0}'],
  newVersion:
    ['This page has been updated. Reload it.', '페이지가 업데이트되었습니다. 새로고침해 주세요.'],
  reload: ['Reload', '새로고침'],
  close: ['Close', '닫기'],
  otherLanguage: ['한국어', 'English'],
});

// What is loaded later is not there any more: another version is served since the page was.
const isPartGone = (problem: unknown): boolean => problem instanceof TypeError;

type FieldErrors = Array<{pointer: string; detail: string}>|undefined;

/** A problem in words for people. */
export function inWords(problem: unknown): string {
  if (isPartGone(problem)) return t('newVersion');
  if (!(problem instanceof Problem)) return t('unexpected', String(problem));
  if (problem.status === 0) return t('notReached');
  if (problem.status === 401) return t('signedOut');
  if (problem.status === 403 && problem.code === 'forbidden') return t('forbidden');
  if (problem.status === 404) return t('notFound');
  if (problem.status >= 500 || problem.status === 429) return t('busy');
  const errors = problem.members.errors as FieldErrors;
  if (errors?.length) return errors.map((one) => `${one.pointer}: ${one.detail}`).join('; ');
  return t('unexpected', problem.message);
}

const polite = h('div', {class: 'unseen', role: 'status', 'aria-live': 'polite'});
const urgent = h('div', {class: 'unseen', role: 'alert', 'aria-live': 'assertive'});

/** Says something to those who do not see the page. */
export function announce(text: string, urgently = false): void {
  const where = urgently ? urgent : polite;
  where.textContent = '';
  setTimeout(() => {
    where.textContent = text;
  }, 50);
}
export const announcers: Child = [polite, urgent];

let focusTitle = false;
/** The next title of a page takes the focus: somebody went there. */
export function focusNextTitle(): void { focusTitle = true; }

/** The heading of a page. It takes the focus from the one that it replaces. */
export function title(text: string): Child {
  document.title = `${text} · boxoffice`;
  const made = h('h1', {tabindex: -1}, text);
  if (focusTitle || document.activeElement?.tagName === 'H1') {
    focusTitle = false;
    requestAnimationFrame(() => made.focus({preventScroll: true}));
  }
  return made;
}

export type Tone = 'info'|'good'|'warning'|'bad';
const marks: Record<Tone, string> = {
  info: 'i',
  good: '✓',
  warning: '!',
  bad: '×'
};

/** A message with a mark, so that its tone is not told by its colour alone. */
export function notice(tone: Tone, ...children: Child[]): HTMLElement {
  return h('div', {class: `notice ${tone}`, role: tone === 'bad' ? 'alert' : null},
    h('span', {class: 'mark', 'aria-hidden': 'true'}, marks[tone]), h('div', {}, ...children));
}

export function loading(): HTMLElement {
  return h('div', {class: 'loading', role: 'status'}, h('span', {class: 'unseen'}, t('loading')),
    h('span', {class: 'bone wide'}), h('span', {class: 'bone'}), h('span', {class: 'bone'}));
}

export function failure(problem: unknown, again?: () => void): HTMLElement {
  return notice('bad', h('p', {}, inWords(problem)),
    isPartGone(problem) ?
      h('button', {class: 'small', onclick: () => location.reload()}, t('reload')) :
      again && h('button', {class: 'small', onclick: again}, t('again')));
}

/**
 * What `get` brings, once it is here; loading before, and a way to try again when it fails. `heading` is
 * the title until then, where `view` brings its own.
 */
export function loaded<T>(
  get: () => Promise<T>, view: (value: T, again: () => void) => Child, heading?: string): Child {
  const state = signal<{value: T}|{problem: unknown}|null>(null);
  let round = 0;
  let gone = false;
  const load = (): void => {
    const mine = ++round;
    const settle = (next: {value: T}|{problem: unknown}): void => {
      if (mine === round && !gone) state.set(next);
    };
    peek(get).then((value) => settle({value}), (problem: unknown) => settle({problem}));
  };
  load();
  whenGone(() => {
    gone = true;
  });
  return () => {
    const now = state();
    if (now && 'value' in now) return view(now.value, load);
    const again = (): void => {
      state.set(null);
      load();
    };
    return [heading && title(heading), now ? failure(now.problem, again) : loading()];
  };
}

/** A signal that aborts when the part of the page that is being made goes away. */
export function untilGone(): AbortSignal {
  const ending = new AbortController();
  whenGone(() => ending.abort());
  return ending.signal;
}

/** A dialog that is shown at once; it is removed when it closes, and the focus goes back. */
export function openDialog(heading: string, make: (close: () => void) => Child): HTMLDialogElement {
  const close = (): void => dialog.close();
  const dialog: HTMLDialogElement =
    h('dialog', {'aria-label': heading, onclose: () => dialog.remove()},
      h('div', {class: 'dialog-head'}, h('h2', {}, heading),
        h('button', {class: 'plain', 'aria-label': t('close'), onclick: close}, '×')));
  dialog.append(h('div', {class: 'dialog-body'}, make(close)));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function languageButton(): HTMLElement {
  const other = language() === 'ko' ? 'en' : 'ko';
  return h('button', {class: 'plain', lang: other, onclick: () => chooseLanguage(other)},
    t('otherLanguage'));
}

/** A table that scrolls by itself where it is too wide, with a keyboard, too. */
export function table(label: string, heads: Child[], rows: Child[][], numbersFrom = 99): Child {
  const isNumber = (column: number): string|null => column >= numbersFrom ? 'number' : null;
  return h('div', {class: 'table', tabindex: 0, role: 'region', 'aria-label': label},
    h('table', {},
      h('thead', {},
        h('tr', {},
          heads.map((one, i) =>
                      one === null ? h('td') : h('th', {scope: 'col', class: isNumber(i)}, one)))),
      h('tbody', {},
        rows.map(
          (row) => h('tr', {}, row.map((cell, i) => h('td', {class: isNumber(i)}, cell)))))));
}
