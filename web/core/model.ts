// What the API answers, as far as the pages read it. docs/API.md says what each means.

export type WaitingRoomRule = {
  activeMax: number; admitPerSecond: number
};
export type Concert = {
  concertId: string; title: string; artist: string; description: string | null;
  waitingRoom: WaitingRoomRule | null;
};
export type Section = {
  name: string; rows: number; seatsPerRow: number; price: number
};
export type Schedule = {
  scheduleId: string; concertId: string; startsAt: string; salesOpenAt: string;
  salesCloseAt: string;
  venue: string;
  holdSeconds: number;
  holdExtensionSeconds: number;
  maxSeatsPerUser: number;
  sections: Section[];
  seatCount: number;
  available: number;
  soldOut: boolean;
};
export type Reservation = {
  reservationId: string; scheduleId: string; userId: string; seats: {seat: string; price: number}[];
  amount: number;
  status: 'HELD' | 'CONFIRMED' | 'EXPIRED' | 'RELEASED' | 'REFUNDED';
  heldAt: string;
  expiresAt: string;
  paymentId?: string;
  extendedAt?: string;
  /** Held, and may be extended by so much. */
  extensionSeconds?: number;
};
/** What is shown at the door: the text goes into a QR code. */
export type Ticket = {
  ticket: string; reservationId: string; scheduleId: string; seats: string[];
};
export type Payment = {
  paymentId: string; reservationId: string; amount: number;
  reason?: string;
  status: 'PENDING' | 'COMPLETED' | 'FAILED' | 'COMPENSATED' | 'PARKED' | 'REFUNDING' | 'REFUNDED';
};
export type QueueStatus = 'WAITING'|'ACTIVE'|'USED'|'LEFT'|'EXPIRED';
export type Odds = 'good'|'low'|'none';
/** A place in the line. Streams tell the last three; a server without streams does not. */
export type Place = {
  token: string; status: QueueStatus; position: number; etaSeconds: number; expiresAt: string;
  etaRange?: {p50: number; p90: number};
  seatsLeft?: number;
  odds?: Odds;
};
export type Transaction = {
  transactionId: string; kind: 'CHARGE' | 'USE' | 'REFUND'; amount: number; balanceAfter: number;
  reference: string | null;
  at: string;
};
