// The server's clock, as far as its answers tell it.

import {signal} from './reactive';

// How far the server's clock is ahead of ours lies between these, in milliseconds.
let ahead = {min: -Infinity, max: Infinity};

/** An answer said `date` (whole seconds), and was asked for and heard at these times of ours. */
export function noticeDate(date: string|null, asked: number, heard: number): void {
  const said = date ? Date.parse(date) : NaN;
  if (!Number.isNaN(said)) narrow(said - heard, said + 999 - asked);
}

/** The same for a time with milliseconds that was said just now. */
export function noticeTime(time: string, slackMs = 250): void {
  const said = Date.parse(time);
  if (!Number.isNaN(said)) narrow(said - Date.now(), said + slackMs - Date.now());
}

// Two answers agree until somebody sets a clock; then only the later counts.
function narrow(min: number, max: number): void {
  const both = {min: Math.max(min, ahead.min), max: Math.min(max, ahead.max)};
  ahead = both.min <= both.max ? both : {min, max};
}

/** Milliseconds since 1970 by the server's clock; by ours until the server has said something. */
export function serverNow(): number {
  if (!Number.isFinite(ahead.min) || !Number.isFinite(ahead.max)) return Date.now();
  return Date.now() + (ahead.min + ahead.max) / 2;
}

const ticking = signal(0);
setInterval(() => ticking.set(ticking() + 1), 250);

/** `serverNow` that makes its readers run again four times a second. */
export function tickingNow(): number {
  ticking();
  return serverNow();
}
