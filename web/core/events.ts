// Reads a stream of server-sent events with `fetch`, which can send a token; EventSource cannot.

import {Problem, request} from './api';

export type StreamEvent = {
  event: string; data: string; id: string
};

/** Takes text apart into events, however it is cut. **Source**: HTML, 9.2.6. */
export function eventReader(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = '';
  let id = '';
  let event = '';
  let data: string[] = [];
  const take = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({event: event || 'message', data: data.join('\n'), id});
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event')
      event = value;
    else if (name === 'data')
      data.push(value);
    else if (name === 'id')
      id = value;
  };
  return (text) => {
    rest += text;
    // A carriage return at the end may be the first half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) take(line);
  };
}

/**
 * Calls `onEvent` until the stream ends. **Throws** the Problem of a refusal; a Problem with status 0
 * when nothing was heard for `silenceMs()`, or the connection was lost.
 */
export async function readStream(path: string, lastId: string, silenceMs: () => number,
  onEvent: (event: StreamEvent) => void, signal: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end);
  let watchdog = setTimeout(end, silenceMs());
  try {
    const since = lastId ? `?since=${encodeURIComponent(lastId)}` : '';
    const answer = await request(path + since, {signal: ending.signal});
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const feed = eventReader(onEvent);
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(end, silenceMs());
      feed(value);
    }
  } catch (error) {
    if (error instanceof Problem || signal.aborted) throw error;
    throw new Problem(0, 'unreached', 'The stream was lost.', {}, 0);
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', end);
    end();
  }
}
