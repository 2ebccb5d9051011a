// Logging in at an identity provider, staying so, and leaving. Tokens are in memory only: of this tab,
// and of the others that ask it. Loaded where the server names a provider.

import {pause} from './api';
import {clockTime} from './format';
import {logInCard} from './log_in_card';
import {authorizeUrl, codeForm, codeOf, discoveryOf, endSessionUrl, LogInProblem, newAttempt, problemOfTokens, readEndpoints, readTokens, refreshForm, renewAt, type Attempt, type Endpoints, type Tokens} from './oidc';
import {peek} from './reactive';
import {attemptPlace, endsSoon, keepSession, logIn, provider, session, type Keeper} from './session';

const at = provider!;
const knownPlace = 'boxoffice.logged_in';  // only that somebody was, for the next load
const answerMs = 10_000;
const otherTabsMs = 250;
const retryMs = 10_000;
const warningMs = 60_000;

let tokens: Tokens|null = null;
let endpoints: Endpoints|null = null;
let timers: ReturnType<typeof setTimeout>[] = [];

type Word = {
  ask: true
}|{have: Tokens}|{out: true};
const tabs = new BroadcastChannel('boxoffice.session');
const say = (word: Word): void => tabs.postMessage(word);

async function askProvider(url: string, body?: URLSearchParams): Promise<Response> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), answerMs);
  try {
    return await fetch(url, {
      method: body ? 'POST' : 'GET',
      body: body ?? null,
      credentials: 'omit',
      redirect: 'error',
      signal: ending.signal,
    });
  } catch {
    throw new LogInProblem('away');
  } finally {
    clearTimeout(timer);
  }
}

async function findEndpoints(): Promise<Endpoints> {
  if (!crypto.subtle) throw new LogInProblem('insecure');
  if (endpoints) return endpoints;
  const answer = await askProvider(discoveryOf(at.issuer));
  if (!answer.ok) throw new LogInProblem('away', String(answer.status));
  endpoints = readEndpoints(await answer.json().catch(() => null), at.issuer);
  return endpoints;
}

async function fetchTokens(
  body: URLSearchParams, nonce: string|null, before: Tokens|null): Promise<Tokens> {
  const answer = await askProvider((await findEndpoints()).token, body);
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOfTokens(answer.status, said);
  return readTokens(said, at, Date.now(), nonce, before);
}

function take(next: Tokens): void {
  const who = peek(session);
  tokens = next;
  localStorage.setItem(knownPlace, '1');
  logIn.set(null);
  endsSoon.set(false);
  // In place where nobody changes, so that nothing on the page is made anew.
  if (who?.fleeting && who.user === next.session.user && who.role === next.session.role)
    Object.assign(who, next.session);
  else
    keepSession(next.session);
  schedule(next, renewAt(next) - Date.now());
}

function schedule(of: Tokens, renewMs: number): void {
  timers.forEach(clearTimeout);
  const after = (ms: number, work: () => void): unknown =>
    timers.push(setTimeout(work, Math.min(Math.max(ms, 0), 0x7fffffff)));
  timers = [];
  if (of.refreshToken) {
    after(renewMs, () => void renew(of.session.token));
  } else {
    after(of.endsAt - warningMs - Date.now(), () => endsSoon.set(true));
    after(of.endsAt - Date.now(), leaveWhenSafe);
  }
}

function forget(): void {
  tokens = null;
  timers.forEach(clearTimeout);
  endsSoon.set(false);
  localStorage.removeItem(knownPlace);
  if (peek(session)?.fleeting) keepSession(null);
}

/** One tab renews, and tells the others: most providers take a refresh token once. */
async function renew(token: string): Promise<boolean> {
  return navigator.locks.request('boxoffice.renewal', async () => {
    if (tokens && tokens.session.token !== token) return true;  // another tab was faster
    if (!tokens?.refreshToken) return false;
    try {
      take(await fetchTokens(refreshForm(at, tokens.refreshToken), null, tokens));
      say({have: tokens});
      await pause(otherTabsMs);  // until they have heard it
      return true;
    } catch (problem) {
      if (!tokens) return false;
      const isAway = problem instanceof LogInProblem && problem.reason === 'away';
      // A refusal is final; then there is still the way by the provider's pages.
      if (!isAway) tokens.refreshToken = null;
      schedule(tokens, retryMs);
      return false;
    }
  });
}

/** Goes to the provider. It is asked first whether it is there, so that nobody is left without a page. */
async function leave(silent: boolean): Promise<void> {
  logIn.set('working');
  try {
    const {authorize} = await findEndpoints();
    const attempt = newAttempt(location.hash, location.origin + location.pathname, silent);
    const url = await authorizeUrl(authorize, at, attempt);
    sessionStorage.setItem(attemptPlace, JSON.stringify(attempt));
    if (silent)
      location.replace(url);
    else
      location.assign(url);
  } catch (problem) {
    fail(problem);
  }
}

function fail(problem: unknown): void {
  const {reason, message} =
    problem instanceof LogInProblem ? problem : new LogInProblem('unfit', String(problem));
  if (reason !== 'away') localStorage.removeItem(knownPlace);
  logIn.set(reason === 'again' ? null : {reason, detail: message});
}

/** When nothing that somebody is about would be lost, it is safe to go and come back. */
const isSafe = (): boolean =>
  !document.querySelector('dialog[open]') && !document.activeElement?.matches('input,textarea');

function leaveWhenSafe(): void {
  if (isSafe())
    void leave(true);
  else
    endsSoon.set(true);
}

function takeAttempt(): Attempt|null {
  const kept = sessionStorage.getItem(attemptPlace);
  sessionStorage.removeItem(attemptPlace);
  return kept === null ? null : JSON.parse(kept) as Attempt;
}

/** What this tab has, or another one. */
async function fromOtherTabs(): Promise<boolean> {
  say({ask: true});
  const ending = new AbortController();
  const found = new Promise<void>((resolve) => {
    tabs.addEventListener('message', ({data}: MessageEvent<Word>) => {
      if ('have' in data) resolve();
    }, {signal: ending.signal});
  });
  await Promise.race([found, pause(otherTabsMs)]);
  ending.abort();
  return tokens !== null;
}

tabs.onmessage = ({data}: MessageEvent<Word>) => {
  if ('ask' in data) {
    if (tokens) say({have: tokens});
  } else if ('have' in data) {
    if (!tokens || tokens.endsAt < data.have.endsAt) take(data.have);
  } else {
    forget();
  }
};

async function signOut(): Promise<void> {
  const had = tokens;
  if (!had) return keepSession(null);
  forget();
  say({out: true});
  try {
    const {endSession} = await findEndpoints();
    if (endSession)
      location.assign(
        endSessionUrl(endSession, at, had.idToken, location.origin + location.pathname));
  } catch {
    // Here it is forgotten all the same.
  }
}

function refused(): void {
  const ended = tokens?.endsAt ?? 0;
  forget();
  if (ended > Date.now())
    fail(new LogInProblem('unfit', 'the token is not taken (401)'));
  else if (isSafe())
    void leave(true);
  else
    fail(new LogInProblem('over', clockTime(new Date(ended).toISOString())));
}

export const keeper: Keeper = {
  renew,
  refused,
  signOut: () => void signOut(),
  logIn: () => void leave(false),
  card: () => logInCard(() => void leave(false)),
};

/** Goes on where the address or another tab says so. `answer` is what a provider has sent back. */
export async function begin(answer: URLSearchParams|null): Promise<void> {
  // Back from the provider with the back button, the page is as it was left.
  addEventListener('pageshow', (event) => {
    if (event.persisted && peek(logIn) === 'working') logIn.set(null);
  });
  const attempt = takeAttempt();
  try {
    if (answer) {
      const code = codeOf(answer, attempt, at.issuer);
      take(await fetchTokens(codeForm(at, attempt!, code), attempt!.nonce, null));
      say({have: tokens!});
    } else if (await fromOtherTabs()) {
      return;
    } else if (localStorage.getItem(knownPlace) && !attempt && !peek(session)) {
      await leave(true);
    } else {
      logIn.set(null);
    }
  } catch (problem) {
    fail(problem);
  }
}
