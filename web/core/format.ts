// Money, times and spans as people write them, in the language of the page.

import {language, t} from './language';

const zone = (): string|undefined => language() === 'ko' ? 'Asia/Seoul' : undefined;

/** Points are whole won. */
export function money(amount: number): string {
  if (language() === 'ko') return `${amount.toLocaleString('ko')}원`;
  return `${amount < 0 ? '−' : ''}₩${Math.abs(amount).toLocaleString('en')}`;
}

export function count(value: number): string { return value.toLocaleString(language()); }

/** A day and a time; the zone is part of it, for a concert is somewhere. */
export function when(time: string): string {
  return new Intl
    .DateTimeFormat(language(), {
      weekday: 'short',
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
      timeZone: zone(),
    })
    .format(new Date(time));
}

/** The same for what has just been: without the year and the zone. */
export function lately(time: string): string {
  return new Intl
    .DateTimeFormat(language(), {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone(),
    })
    .format(new Date(time));
}

export function clockTime(time: string): string {
  return new Intl
    .DateTimeFormat(language(), {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZone: zone(),
    })
    .format(new Date(time));
}

/** `4:07` or `1:04:07`, for a countdown. */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number): string => String(value % 60).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${two(Math.floor(whole / 60))}:${two(whole)}` :
                     `${Math.floor(whole / 60)}:${two(whole)}`;
}

/** A span to wait, no finer than anybody can know it. */
export function span(seconds: number): string {
  if (seconds < 60) return t('lessThanAMinute');
  const whole = Math.ceil(seconds / 60);
  if (whole < 90) return t('minutesLong', count(whole));
  return t('hoursLong', count(Math.round(whole / 60)));
}
