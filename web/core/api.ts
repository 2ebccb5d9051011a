// Asks the server. Every refusal is a Problem; a command with a key may be repeated until it is told.

import {noticeDate} from './clock';
import {keeper, keepSession, session} from './session';

/** What the server refuses with (RFC 9457), or status 0 when it was not reached. */
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, detail: string,
    readonly members: Record<string, unknown>, readonly retryAfterMs: number) {
    super(detail);
  }
  get mayPass(): boolean { return this.status === 0 || this.members.retryable === true; }
}

export type Answer<T> = {
  status: number; body: T; headers: Headers
};
export type Call = {
  method?: string;
  body?: unknown;
  key?: string;
  queueToken?: string;
  tag?: string | null;
  signal?: AbortSignal;
};

export async function ask<T>(path: string, how: Call = {}): Promise<Answer<T>> {
  const answer = await request(path, how);
  if (answer.status === 304 || answer.status === 204)
    return {status: answer.status, body: null as T, headers: answer.headers};
  try {
    return {status: answer.status, body: await answer.json() as T, headers: answer.headers};
  } catch {
    throw unreached();
  }
}

/** The answer as it comes, for streams and texts. **Throws** the Problem of a refusal. */
export async function request(path: string, how: Call = {}): Promise<Response> {
  const who = session();
  let answer = await sendOnce(path, how, who?.token);
  // A token that has ended meanwhile was refused before anything was done.
  if (answer.status === 401 && who?.fleeting && await keeper?.renew(who.token))
    answer = await sendOnce(path, how, session()?.token);
  if (answer.ok || answer.status === 304) return answer;
  throw await problemOf(answer, who?.token);
}

async function sendOnce(path: string, how: Call, token: string|undefined): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (how.body !== undefined) headers['Content-Type'] = 'application/json';
  if (how.key) headers['Idempotency-Key'] = how.key;
  if (how.queueToken) headers['Queue-Token'] = how.queueToken;
  if (how.tag) headers['If-None-Match'] = how.tag;
  const asked = Date.now();
  try {
    const answer = await fetch(path, {
      method: how.method ?? 'GET',
      headers,
      cache: 'no-store',
      signal: how.signal ?? null,
      body: how.body === undefined ? null : JSON.stringify(how.body),
    });
    noticeDate(answer.headers.get('Date'), asked, Date.now());
    return answer;
  } catch (error) {
    if (how.signal?.aborted) throw error;
    throw unreached();
  }
}

function unreached(): Problem {
  return new Problem(0, 'unreached', 'The server was not reached.', {}, 0);
}

async function problemOf(answer: Response, token: string|undefined): Promise<Problem> {
  let members: Record<string, unknown> = {};
  try {
    members = await answer.json() as Record<string, unknown>;
  } catch {
    // A proxy in front speaks for itself.
  }
  const code = typeof members.code === 'string' ? members.code : `http_${answer.status}`;
  const detail = typeof members.detail === 'string' ? members.detail : answer.statusText;
  // Whoever signed in meanwhile is not signed out for an older token.
  const who = session();
  if (answer.status === 401 && token && who?.token === token)
    who.fleeting && keeper ? keeper.refused() : keepSession(null);
  const wait = Number(answer.headers.get('Retry-After') ?? '0') * 1000;
  return new Problem(answer.status, code, detail, members, wait);
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** All items of a list, page by page. */
export async function askAll<T>(path: string, pagesMax = 20): Promise<T[]> {
  const items: T[] = [];
  let cursor: string|null = null;
  for (let page = 0; page < pagesMax; ++page) {
    const more: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const {body} = await ask<{items: T[]; nextCursor: string | null}>(
      `${path}${path.includes('?') ? '&' : '?'}limit=200${more}`);
    items.push(...body.items);
    cursor = body.nextCursor;
    if (!cursor) break;
  }
  return items;
}
