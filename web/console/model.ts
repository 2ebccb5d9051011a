// What the operators' routes answer.

export type Saga = {
  paymentId: string; reservationId: string; userId: string; amount: number; state: string;
  failure: string | null;
  reason: string | null;
  createdAt: string;
  changedAt: string;
  deadline: string;
  completedAt: string | null;
  timeline?: {at: string; state: string; step: string | null; what: string}[];
};
export type OutboxEvent = {
  eventId: string; sequence: number; type: string; paymentId: string; scheduleId: string;
  occurredAt: string;
  consumers: {consumer: string; reason?: string; parkedAt?: string}[];
};
export type Parked = {
  id: string; userId: string; state: string; wants: string; reason: string; parkedAt: string;
};
export type Node = {
  node?: string;
  roles?: string[]; version: string;
  startedAt?: string;
  address?: string;
  link?: {state: string; inFlight: number; rttMs?: number; reconnects: number; lastError?: string};
  services?: {service: string; phase: string; epoch: number; leaseMsLeft?: number}[];
};
export type Consumer = {
  consumer: string; lagEvents: number; lagSeconds: number; parked: number
};
export type StoreTimes = {
  store: string; commitsPerSecond: number | null; p50Ms: number | null; p99Ms: number | null
};
/** The sale at a glance. Null: a service that is silent knows it, or it takes a second more. */
export type Summary = {
  serverTime: string; seats: number | null; sold: number | null; held: number | null;
  waiting: number | null;
  admitted: number | null;
  purchasesPerSecond: number | null;
  refusalsPerSecond: number | null;
  sagas: {open: number | null; parked: number | null; oldestSeconds: number | null} | null;
  outbox: Consumer[] | null;
  stores: StoreTimes[];
  gateway: {requestsPerSecond: number | null; p99Ms: number | null};
  nodes: Node[];
  problems: string[];
  silent: string[];
};
export type Invariants = {
  ok: boolean; checkedAt: string; counts: Record<string, number>;
  violations: {rule: string; ids: unknown; detail: string}[];
  unlistedViolations: number;
};

/** What a door hears of a ticket. */
export type Verdict = {
  valid: boolean; reason: 'bad_signature' | 'refunded' | 'other_schedule' | 'unknown' | null;
  reservationId: string | null;
  scheduleId: string | null;
  seats: string[];
  admittedAt: string | null;
  admittedNow: boolean;
};
