// The seats of a schedule: where each is, what it costs, and whether somebody has it.

import type {Schedule, Section} from './model';

export const available = 0;
export const held = 1;
export const sold = 2;

/** A section and the index of its first seat in the whole map. */
export type Block = Section&{
  first: number;
  count: number
};
export type Seat = {
  index: number; name: string; block: Block; row: number; number: number
};
export type Counts = {
  available: number; held: number; sold: number
};

/** Indexes are those of the unfiltered seat map, from 0; rows and numbers count from 1. */
export class SeatMap {
  readonly blocks: Block[] = [];
  readonly count: number;
  states: Uint8Array;
  version = -1;

  constructor(schedule: Schedule) {
    let first = 0;
    for (const section of schedule.sections) {
      const count = section.rows * section.seatsPerRow;
      this.blocks.push({...section, first, count});
      first += count;
    }
    this.count = first;
    this.states = new Uint8Array(first);
  }

  seat(index: number): Seat {
    const block = this.blocks.find((one) => index < one.first + one.count)!;
    const offset = index - block.first;
    return {
      index,
      block,
      name: `${block.name}-${offset + 1}`,
      row: Math.floor(offset / block.seatsPerRow) + 1,
      number: offset % block.seatsPerRow + 1,
    };
  }

  /** -1 for a name that no seat has. */
  indexOf(name: string): number {
    const dash = name.lastIndexOf('-');
    const block = this.blocks.find((one) => one.name === name.slice(0, dash));
    const number = Number(name.slice(dash + 1));
    return block && number >= 1 && number <= block.count ? block.first + number - 1 : -1;
  }

  isFree(index: number): boolean { return this.states[index] === available; }

  freeOf(block: Block, row?: number): number {
    const begin = block.first + (row === undefined ? 0 : (row - 1) * block.seatsPerRow);
    const end = row === undefined ? block.first + block.count : begin + block.seatsPerRow;
    let free = 0;
    for (let i = begin; i < end; ++i)
      if (this.states[i] === available) ++free;
    return free;
  }

  /** The free seat at the same price that is nearest to a lost one, and not among `taken`. */
  nearest(lost: number, taken: Set<number>): number {
    const from = this.seat(lost);
    let best = -1;
    let bestDistance = Infinity;
    for (const block of this.blocks) {
      if (block.price !== from.block.price) continue;
      const elsewhere = block === from.block ? 0 : 1000;
      for (let i = block.first; i < block.first + block.count; ++i) {
        if (this.states[i] !== available || i === lost || taken.has(i)) continue;
        const offset = i - block.first;
        const rows = Math.abs(Math.floor(offset / block.seatsPerRow) + 1 - from.row);
        const numbers = Math.abs(offset % block.seatsPerRow + 1 - from.number);
        const distance = elsewhere + rows * 1.6 + numbers;
        if (distance < bestDistance) [best, bestDistance] = [i, distance];
      }
    }
    return best;
  }
}

/** Two bits a seat, low bits of a byte first, as base64url without padding. */
export function unpackStates(text: string, count: number): Uint8Array {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const states = new Uint8Array(count);
  for (let i = 0; i < count; ++i) states[i] = (bytes.charCodeAt(i >> 2) >> ((i & 3) * 2)) & 3;
  return states;
}

/** Runs `[first,count,…]` of seats that have become available, held and sold. */
export type Delta = {
  from: number; to: number; a: number[]; h: number[]; s: number[]
};

/** False for a delta that does not follow on what is known. */
export function applyDelta(map: SeatMap, delta: Delta): boolean {
  if (delta.from !== map.version) return false;
  for (const [runs, state] of [[delta.a, available], [delta.h, held], [delta.s, sold]] as const)
    for (let i = 0; i + 1 < runs.length; i += 2)
      map.states.fill(state, runs[i]!, runs[i]! + runs[i + 1]!);
  map.version = delta.to;
  return true;
}
