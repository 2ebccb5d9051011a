// The queue token of a concert, as this browser knows it: a new one would take another place in line.

import {ask, Problem} from '../core/api';
import type {Place} from '../core/model';
import {peek} from '../core/reactive';
import {session} from '../core/session';

const placeOf = (concertId: string): string =>
  `boxoffice.place.${peek(session)?.user ?? ''}.${concertId}`;

/** Joins the line, or finds the place that is there already. */
export async function joinLine(concertId: string): Promise<Place> {
  const {body} = await ask<Place>('/v1/queue/tokens', {method: 'POST', body: {concertId}});
  localStorage.setItem(placeOf(concertId), body.token);
  return body;
}

/** Calls `work` with the token that is known, and with another one if that is none any more. */
export async function withToken<T>(
  concertId: string, work: (token: string) => Promise<T>): Promise<T> {
  const known = localStorage.getItem(placeOf(concertId));
  if (known) {
    try {
      return await work(known);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'queue_token_invalid') throw error;
    }
  }
  return work((await joinLine(concertId)).token);
}
