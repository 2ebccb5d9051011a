// The seats that somebody has chosen and not yet held, and what became of those that others took.

import {signal} from '../core/reactive';
import type {Reservation, Schedule} from '../core/model';
import {announce} from '../core/parts';
import type {SeatMap} from '../core/seats';
import {t} from './texts';

export type Lost = {
  seat: number; nearest: number
};

export class Choice {
  readonly seats = signal<number[]>([]);
  readonly lost = signal<Lost[]>([]);
  readonly full = signal(false);
  /** How many more this person may have. */
  readonly max: number;
  private readonly place: string;

  constructor(private readonly map: SeatMap, schedule: Schedule, mine: Reservation[]) {
    const live = mine.filter((one) => one.status === 'HELD' || one.status === 'CONFIRMED');
    const have = live.reduce((sum, one) => sum + one.seats.length, 0);
    this.max = Math.max(0, schedule.maxSeatsPerUser - have);
    this.place = `boxoffice.choice.${schedule.scheduleId}`;
    this.restore();
  }

  has(index: number): boolean { return this.seats().includes(index); }

  total(): number {
    return this.seats().reduce((sum, index) => sum + this.map.seat(index).block.price, 0);
  }

  toggle(index: number): void {
    const now = this.seats();
    this.full.set(false);
    if (now.includes(index))
      this.set(now.filter((one) => one !== index));
    else if (!this.map.isFree(index))
      return;
    else if (now.length >= this.max) {
      this.full.set(true);
      announce(t('limitReached', this.max), true);
    } else {
      this.set([...now, index]);
      announce(`${this.map.seat(index).name}, ${t('chosen')}`);
    }
  }

  /** These are gone, as the map or a refusal says; each gets its nearest equal as an offer. */
  lose(gone: number[]): void {
    const kept = this.seats().filter((one) => !gone.includes(one));
    if (gone.length === 0) return;
    const taken = new Set(kept);
    const offers = this.lost().filter((one) => !gone.includes(one.seat));
    for (const seat of gone) {
      const nearest = this.map.nearest(seat, taken);
      if (nearest >= 0) taken.add(nearest);
      offers.push({seat, nearest});
      announce(t('seatTaken', this.map.seat(seat).name), true);
    }
    this.set(kept);
    this.lost.set(offers);
  }

  /** After each change of the map: what somebody else took meanwhile, and offers that are stale. */
  check(): void {
    this.lose(this.seats().filter((one) => !this.map.isFree(one)));
    const stale = this.lost().some((one) => one.nearest >= 0 && !this.map.isFree(one.nearest));
    if (!stale) return;
    this.lost.set(this.lost().map(
      ({seat}) => ({seat, nearest: this.map.nearest(seat, new Set(this.seats()))})));
  }

  takeNearest(offer: Lost): void {
    this.lost.set(this.lost().filter((one) => one !== offer));
    if (offer.nearest >= 0 && !this.has(offer.nearest)) this.toggle(offer.nearest);
  }

  forget(): void {
    this.set([]);
    this.lost.set([]);
  }

  private set(next: number[]): void {
    this.seats.set(next);
    sessionStorage.setItem(this.place, JSON.stringify(next));
  }

  private restore(): void {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.place) ?? '[]') as number[];
      this.seats.set(kept.filter((one) => one >= 0 && one < this.map.count).slice(0, this.max));
    } catch {
      this.seats.set([]);
    }
  }
}
