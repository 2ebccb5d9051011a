/* Who owns a store: the protocol of docs/decisions/0022 and the fence of 0008, for one store, two nodes and their
 * clients. README.md says what is modelled, what is left out, and where each rule stands in the code.
 *
 * Each rule is on unless its switch is defined (-DNO_FENCE, …); `check` takes them out one by one.
 *
 * Without -DPUNCTUAL time is free: a tick may pass at any moment, so every process, query and answer may be late by
 * any amount, anywhere. What is asserted then holds whatever stands still for however long.
 * With -DPUNCTUAL everybody who lives acts in each tick, and only crashes, hand-overs and absences of the database
 * disturb it. Then nobody may be replaced without need, and somebody has to serve again.
 */
#define NODES 2
#ifndef FAULTS
#define FAULTS 2                  /* crashes, ends and lost connections */
#endif
#ifdef PUNCTUAL
#define WRITES 0                  /* of clients */
#define POISONS 0                 /* writes that the schema refuses */
#else
#define WRITES 2
#define POISONS 1
#endif
/* Ticks that half of takeover_ms lasts on the slowest clock, and takeover_ms on the fastest: free time needs no more
 * than that the first is not longer. PUNCTUAL has ticks of half a second, and takeover_ms = 2000. */
#ifdef PUNCTUAL
#define EPOCHS 8                  /* take-overs end there */
#define LEASE_MAX 2
#define WAIT_MIN 3
#else
#define EPOCHS 3
#define WAIT_MIN 1
#ifdef NO_DRIFT_BOUND
#define LEASE_MAX 2
#else
#define LEASE_MAX 1
#endif
#endif
#define LOAD_MAX 4                /* loading may take longer than the wait */

mtype:phase = { down, standby, taking, taken, loading, serving, doubting, ending };
mtype:result = { none, committed, refused, replaced };

/* --- the database -------------------------------------------------------------------------------------------- */

typedef owner_row {
  byte epoch;                     /* who may write */
  byte batch_epoch;               /* who wrote the newest batch */
  bool released
};
owner_row row;
byte data;                        /* what is stored: a bit for each write of a client */
bool away;                        /* nobody reaches the database */

/* A batch on its way to the end of its transaction. Of each node one on its connection; in the last place one of
 * which the connection was lost. */
typedef batch_sent {
  bool there, begun;              /* begun: it holds the lock of the row, and has passed the fence */
  bool poison;                    /* the schema refuses it */
  bool fenced;                    /* compared before it was sent (NO_FENCE_INSIDE) */
  byte epoch, value
};
batch_sent sent[NODES + 1];
#define ORPHAN NODES
#define unlocked (!sent[0].begun && !sent[1].begun && !sent[ORPHAN].begun)

/* --- a node -------------------------------------------------------------------------------------------------- */

typedef node_state {
  mtype:phase is = down;
  mtype:result reply = none;      /* the answer of the database, on its way */
  byte mine;                      /* its epoch */
  byte note;                      /* in its data directory: the epoch of the last process there */
  byte memory;                    /* of what is stored */
  byte asks;                      /* the write in its batch; 0: a renewal */
  byte age;                       /* ticks since its transaction began */
  byte lease;                     /* ticks for which it may answer from memory */
  /* while it stands by */
  byte look;                      /* 0: none, 1: asked, 2: answered */
  bool seen, same;                /* it has seen the row; and that has not moved since */
  bool moved;                     /* it had moved before this look */
  byte seen_epoch;
  bool seen_released;
  byte still, still_asked;        /* ticks since it knows the row; when it asked */
  byte waits;                     /* ticks since it asked */
  byte ahead;                     /* batches that the row counts beyond those before its own; 2: more */
  byte loads;                     /* ticks that loading has taken */
  bool due;                       /* has not acted in this tick */
  bool stopped, late;             /* stands still; has not written since it did */
  bool gone                       /* its machine is lost */
};
node_state node[NODES];

/* --- what clients know ----------------------------------------------------------------------------------------- */

byte known, denied;               /* acknowledged or seen in an answer; told that it failed */
byte next = 1;                    /* the next write */
byte faults = FAULTS, poisons = POISONS, absences = 1;

#define in_transaction(i) (sent[i].there || node[i].reply != none || node[i].is == doubting)
#define bits_lost(some, all) ((some) & (255 - (all)))

inline row_moves() {
  node[0].same = false; node[1].same = false
}
inline counts(i) {
  if
  :: in_transaction(i) && node[i].ahead < 2 -> node[i].ahead++
  :: else
  fi
}
inline batch_counts() {
  row_moves();
  counts(0);
  counts(1)
}
inline drop(slot) {
  sent[slot].there = false; sent[slot].begun = false; sent[slot].poison = false; sent[slot].fenced = false;
  sent[slot].epoch = 0; sent[slot].value = 0
}
inline replies(slot, what) {
  if
  :: slot < NODES -> node[slot].reply = what
  :: else
  fi
}
inline forget(i) {
  node[i].mine = 0; node[i].memory = 0; node[i].asks = 0; node[i].age = 0; node[i].lease = 0; node[i].look = 0;
  node[i].seen = false; node[i].same = false; node[i].moved = false; node[i].seen_epoch = 0;
  node[i].seen_released = false; node[i].still = 0; node[i].still_asked = 0; node[i].waits = 0;
  node[i].ahead = 0; node[i].loads = 0; node[i].reply = none
}

/* A connection that breaks: what was sent may be carried out all the same. */
inline lose(i) {
  if
  :: sent[i].there ->
    sent[ORPHAN].there = true; sent[ORPHAN].begun = sent[i].begun; sent[ORPHAN].poison = sent[i].poison;
    sent[ORPHAN].fenced = sent[i].fenced; sent[ORPHAN].epoch = sent[i].epoch; sent[ORPHAN].value = sent[i].value;
    drop(i)
  :: else
  fi;
  node[i].reply = none;
  node[i].due = node[i].is != down       /* what was lost is done again */
}

inline crash(i) {
  lose(i);
  node[i].is = down;
  node[i].due = false;
  forget(i)
}

/* One of the statements of each batch. The row is locked from the first to the end of the transaction. */
inline begin(slot) {
  if
#ifdef NO_FENCE
  :: true -> sent[slot].begun = true
#elif defined(NO_FENCE_INSIDE)
  :: sent[slot].fenced -> sent[slot].begun = true
  :: !sent[slot].fenced -> drop(slot); replies(slot, replaced)
#else
  :: sent[slot].epoch == row.epoch -> sent[slot].begun = true
  :: sent[slot].epoch != row.epoch -> drop(slot); replies(slot, replaced)
#endif
  fi
}
inline commit(slot) {
  if
  :: sent[slot].poison -> drop(slot); replies(slot, refused)
  :: else ->
    assert(sent[slot].epoch == row.epoch);         /* one writer */
    row.batch_epoch = sent[slot].epoch;
    row.released = false;
    data = (sent[slot].value != 0 -> sent[slot].value : data);
    assert(bits_lost(known, data) == 0);    /* nothing that is known is written over */
    assert((denied & data) == 0);                  /* nothing that was denied is there after all */
    batch_counts();
    drop(slot);
    replies(slot, committed);
    if
    :: slot < NODES && !node[slot].stopped -> node[slot].late = false
    :: else
    fi
  fi
}

proctype database() {
  end: do
  :: d_step { sent[0].there && unlocked -> begin(0) }
  :: d_step { sent[0].begun -> commit(0) }
  :: d_step { sent[1].there && unlocked -> begin(1) }
  :: d_step { sent[1].begun -> commit(1) }
  :: d_step { sent[ORPHAN].there && unlocked -> begin(ORPHAN) }
  :: d_step { sent[ORPHAN].begun -> commit(ORPHAN) }
  od
}

/* --- standing by ----------------------------------------------------------------------------------------------- */

inline look_asks(i) {
  node[i].look = 1;
  node[i].waits = 0;
  node[i].still_asked = node[i].still
}
inline look_reads(i) {
  node[i].look = 2;
  node[i].moved = !node[i].seen || !node[i].same;
  node[i].seen = true;
  node[i].same = true;
  node[i].seen_epoch = row.epoch;
  node[i].seen_released = row.released
}
#define looks_dead(i) (node[i].seen_epoch == node[i].note && node[i].note != 0)
inline look_ends(i) {
  node[i].look = 0;
  if
  :: node[i].moved ->
#ifdef NO_FROM_ANSWER
    node[i].still = node[i].waits
#else
    node[i].still = 0
#endif
  :: else
  fi;
  node[i].due = false;
  if
  :: node[i].seen_epoch == 0 || node[i].seen_released -> node[i].is = taking
#ifdef NO_DEAD_COMPARES
  :: node[i].note != 0 && node[i].seen_epoch != 0 -> node[i].is = taking
#endif
#ifdef NO_DEAD_PROVEN
  :: node[1 - i].note != 0 && node[i].seen_epoch == node[1 - i].note -> node[i].is = taking
#endif
  :: looks_dead(i) && !node[i].seen_released -> node[i].is = taking
#ifdef NO_WAIT
  :: true -> node[i].is = taking
#endif
  :: !node[i].moved && node[i].still_asked >= WAIT_MIN -> node[i].is = taking
  :: else
  fi;
  node[i].moved = false; node[i].waits = 0; node[i].still_asked = 0;
  node[i].seen_epoch = 0; node[i].seen_released = false;
  if
  :: node[i].is == taking -> node[i].still = 0
  :: else
  fi
}
inline look_fails(i) {
  node[i].look = 0;
  node[i].due = false;
#ifndef NO_GAP
  node[i].seen = false; node[i].same = false; node[i].still = 0;
#endif
}

/* The take-over, as the database does it. */
inline take_over(i) {
  node[i].age = 0;                /* later than its begin: a longer lease than any node can take */
  if
#ifndef NO_COMPARE_AND_SET
  :: !node[i].same ->             /* somebody else was faster, or its owner lives */
    node[i].is = standby; node[i].seen = false; node[i].still = 0
#endif
  :: node[i].same ->
    took(i)
#ifdef NO_COMPARE_AND_SET
  :: !node[i].same ->
    took(i)
#endif
  fi
}
inline took(i) {
#ifdef PUNCTUAL
  /* Nobody is replaced who lives and has not released it. */
  assert(row.epoch == 0 || row.released || node[1 - i].mine != row.epoch || node[1 - i].late);
#endif
#ifndef NO_EPOCH_RAISED
  row.epoch = row.epoch + 1;
#else
  row.epoch = (row.epoch == 0 -> 1 : row.epoch);
#endif
  row.released = false;
  row_moves();
  node[i].mine = row.epoch;
  node[i].seen = false; node[i].seen_epoch = 0; node[i].seen_released = false; node[i].moved = false;
  node[i].still = 0; node[i].still_asked = 0; node[i].waits = 0;
  node[i].is = taken
}
/* The answer of the take-over: it is noted, and services begin to load. */
inline begins(i) {
  node[i].note = node[i].mine;
#ifdef NO_LEASE_FROM_TAKE_OVER
  node[i].lease = LEASE_MAX;
#else
  node[i].lease = LEASE_MAX - node[i].age;
#endif
  node[i].age = 0;
  node[i].loads = 0;
  node[i].is = loading
}
inline loaded(i) {
#ifndef NO_LOAD_AFTER_TAKE_OVER
  node[i].memory = data;
#endif
  node[i].is = serving
}

/* --- an owner ---------------------------------------------------------------------------------------------------- */

#define may_send(i) (!sent[i].there && node[i].reply == none && node[i].asks == 0)

inline send(i, bit_of_write, bad) {
  node[i].asks = bit_of_write;
  node[i].age = 0;
  node[i].ahead = 0;
  sent[i].there = true;
  sent[i].poison = bad;
#ifdef NO_FENCE_INSIDE
  sent[i].fenced = (node[i].mine == row.epoch);
#endif
  sent[i].epoch = node[i].mine;
  sent[i].value = (bit_of_write != 0 -> node[i].memory | bit_of_write : 0)
}
inline lease_from(i) {
#ifdef NO_LEASE_FROM_BEGIN
  node[i].lease = LEASE_MAX;
#else
  node[i].lease = (node[i].lease > LEASE_MAX - node[i].age -> node[i].lease : LEASE_MAX - node[i].age);
#endif
  node[i].age = 0
}
inline answered(i) {
  if
  :: node[i].reply == committed ->
    lease_from(i);
    node[i].memory = (node[i].memory | node[i].asks);
    known = (known | node[i].asks)
  :: node[i].reply == refused ->
#ifdef NO_LEASE_FROM_COMMITTED
    lease_from(i);
#endif
    node[i].age = 0
  :: node[i].reply == replaced ->
    denied = (denied | node[i].asks);
    node[i].lease = 0;
#ifndef NO_END
    node[i].is = down;
    forget(i)
#endif
  fi;
  node[i].asks = 0; node[i].ahead = 0; node[i].age = 0;
  node[i].reply = none;
  assert(bits_lost(known, data) == 0)
}

/* The connection was lost behind a batch: what became of it is asked on another one. The process of the server that
 * has not noticed is ended before: it finishes a commit that it has begun, and begins none. */
#ifdef NO_SETTLE_TAKES_LOCK
#define may_settle true
#else
#define may_settle unlocked
#endif
inline settles(i) {
  if
#ifndef NO_SETTLE_ENDS_BACKEND
  :: sent[ORPHAN].there && !sent[ORPHAN].begun && sent[ORPHAN].epoch == node[i].mine -> drop(ORPHAN)
#endif
  :: else
  fi;
  if
#ifdef NO_SETTLE_COMPARES
  :: node[i].ahead == 1 ->
#else
  :: row.batch_epoch > node[i].mine ->      /* nobody can say any more, and its client hears so */
    node[i].is = down; forget(i)
  :: row.batch_epoch <= node[i].mine && node[i].ahead == 1 ->
#endif
    lease_from(i);
    node[i].memory = (node[i].memory | node[i].asks);
    known = (known | node[i].asks);
    node[i].is = serving
  :: else ->
    reads_in_doubt(i)
  fi;
  node[i].asks = 0; node[i].ahead = 0;
  assert(bits_lost(known, data) == 0);
  assert((denied & data) == 0)
}
/* It reads everything anew, and who asks for that write hears what was found. */
inline reads_in_doubt(i) {
  node[i].memory = data;
  known = (known | (node[i].asks & data));
  denied = (denied | bits_lost(node[i].asks, data));
  node[i].asks = 0; node[i].age = 0; node[i].ahead = 0;
  node[i].is = serving
}

/* --- its end ------------------------------------------------------------------------------------------------------ */

/* What is still under way ends first; nothing is accepted any more. */
inline ends(i) {
#ifdef NO_SILENT_BEFORE_RELEASE
  release(i);
#endif
  node[i].is = ending
}
#ifdef NO_RELEASE_COMPARES
#define may_release(i) (node[i].note != 0 && !row.released)
#else
#define may_release(i) (node[i].note != 0 && !row.released && row.epoch == node[i].note)
#endif
inline release(i) {
  if
  :: may_release(i) ->
    row.released = true;
#ifndef NO_RELEASE_SIGNED
    row.batch_epoch = row.epoch;
#endif
    batch_counts()
  :: else
  fi
}

#ifdef NO_SILENT_BEFORE_RELEASE
#define may_answer(i) ((node[i].is == serving || node[i].is == ending) && node[i].lease > 0)
#elif defined(NO_READ_LEASE)
#define may_answer(i) (node[i].is == serving)
#else
#define may_answer(i) (node[i].is == serving && node[i].lease > 0)
#endif


#ifdef PUNCTUAL
#define runs(i) (!node[i].stopped)
#define due(i) node[i].due
#else
#define runs(i) true
#define due(i) true
#endif

#ifdef NO_RENEW
#define renews(i) false
#elif defined(NO_RENEW_WHILE_LOADING)
#define renews(i) (node[i].is == serving)
#else
#define renews(i) (node[i].is == serving || node[i].is == loading)
#endif

proctype process(byte i) {
  end: do
  /* Its supervisor starts it. Only a process that is dead lets go of its data directory. */
  :: d_step { node[i].is == down && !node[i].gone ->
      node[i].due = true; node[i].is = standby
#ifdef NO_LOAD_AFTER_TAKE_OVER
      ; node[i].memory = data
#endif
    }
  /* `boxoffice release`, of its supervisor: what the dead process owned is free. */
  :: d_step { node[i].is == down && may_release(i) && !away && unlocked -> release(i) }

#ifdef PUNCTUAL
  :: d_step { runs(i) && node[i].is == standby && node[i].due && !away ->
      look_asks(i); look_reads(i); look_ends(i) }
  :: d_step { runs(i) && node[i].is == standby && node[i].due && away -> look_fails(i) }
#else
  :: d_step { node[i].is == standby && node[i].look == 0 -> look_asks(i) }
  :: d_step { node[i].look == 1 -> look_reads(i) }
  :: d_step { node[i].look == 2 -> look_ends(i) }
#endif
  :: d_step { runs(i) && node[i].is == taking && row.epoch < EPOCHS && unlocked && !away -> take_over(i) }
  :: d_step { runs(i) && node[i].is == taken -> begins(i) }
  :: d_step { runs(i) && node[i].is == loading && !away -> loaded(i) }

  /* Nobody writes, and a standby shall see that it lives. */
  :: d_step { runs(i) && due(i) && !away && renews(i) && may_send(i) -> send(i, 0, false); node[i].due = false }
  :: d_step { runs(i) && node[i].reply != none -> answered(i) }
  :: d_step { runs(i) && node[i].is == doubting && !away && may_settle -> settles(i) }
#ifdef NO_SETTLE_BEFORE_READ
  :: d_step { runs(i) && node[i].is == doubting && !away -> reads_in_doubt(i) }
#endif
  :: d_step { runs(i) && node[i].is == ending && !sent[i].there && node[i].reply == none && !away && unlocked ->
#ifndef NO_SILENT_BEFORE_RELEASE
      release(i);
#endif
      node[i].is = down; forget(i) }
  od
}

/* --- what clients and the world do ------------------------------------------------------------------------------ */

inline asked(i) {
  assert(bits_lost(known, node[i].memory) == 0);     /* no stale answer */
  known = (known | node[i].memory)
}

proctype clients() {
  end: do
  :: d_step { runs(0) && may_answer(0) -> asked(0) }
  :: d_step { runs(1) && may_answer(1) -> asked(1) }
  :: d_step { runs(0) && node[0].is == serving && may_send(0) && !away && next <= WRITES ->
      send(0, 1 << next, false); next++ }
  :: d_step { runs(1) && node[1].is == serving && may_send(1) && !away && next <= WRITES ->
      send(1, 1 << next, false); next++ }
  /* A write that the schema refuses. */
  :: d_step { runs(0) && node[0].is == serving && may_send(0) && !away && poisons > 0 ->
      poisons--; send(0, 0, true) }
  od
}

#define lives(i) (node[i].is != down)
#define has_room(i) (!sent[i].there || !sent[ORPHAN].there)
#define is_asking(i) (node[i].is == serving && (sent[i].there || node[i].reply != none))

#define is_quiet(i) (!sent[i].there && node[i].reply == none && \
  (node[i].is == down || node[i].is == standby || node[i].is == serving || node[i].is == loading))

proctype world() {
  end: do
  :: d_step { faults > 0 && lives(0) && has_room(0) -> faults--; crash(0) }
  :: d_step { faults > 0 && lives(1) && has_room(1) -> faults--; crash(1) }
  :: d_step { faults > 0 && is_asking(0) && has_room(0) -> faults--; lose(0); node[0].is = doubting }
  :: d_step { faults > 0 && is_asking(1) && has_room(1) -> faults--; lose(1); node[1].is = doubting }
  :: d_step { faults > 0 && node[0].is == serving && !away -> faults--; ends(0) }
#ifdef PUNCTUAL
  :: d_step { faults > 0 && !node[0].gone && !node[1].gone && lives(1) && has_room(1) ->
      faults--; crash(1); node[1].gone = true }
  :: d_step { faults > 0 && node[0].is == serving && !node[0].stopped ->
      faults--; node[0].stopped = true; node[0].late = true }
  :: d_step { node[0].stopped -> node[0].stopped = false }
  :: d_step { faults > 0 && absences > 0 && !away && is_quiet(0) && is_quiet(1) ->
      faults--; absences--; away = true }
  :: d_step { away -> away = false }
#endif
  od
}

/* --- time -------------------------------------------------------------------------------------------------------- */

/* Whether it has done what it has to do in this tick. */
#define is_done(i) (!runs(i) || is_quiet(i) && (node[i].is != standby || !node[i].due) && \
  (!renews(i) || !node[i].due || away) && (node[i].is != loading || node[i].loads < LOAD_MAX || away))

inline pass(i) {
  if :: (in_transaction(i) || node[i].is == taken) && node[i].age < LEASE_MAX -> node[i].age++ :: else fi;
  if :: node[i].lease > 0 -> node[i].lease-- :: else fi;
  if :: node[i].is == standby && node[i].seen && node[i].still < WAIT_MIN -> node[i].still++ :: else fi;
  if :: node[i].look != 0 && node[i].waits < WAIT_MIN -> node[i].waits++ :: else fi;
#ifdef PUNCTUAL
  if :: node[i].is == loading && node[i].loads < LOAD_MAX -> node[i].loads++ :: else fi;
  node[i].due = node[i].is != down
#endif
}

proctype clock() {
  end: do
#ifdef PUNCTUAL
  :: d_step { is_done(0) && is_done(1) && !sent[ORPHAN].there -> pass(0); pass(1) }
#else
  :: d_step { pass(0); pass(1) }
#endif
  od
}

init {
  atomic {                        /* one serves, the other stands by */
    row.epoch = 1; row.batch_epoch = 1;
    node[0].is = serving; node[0].mine = 1; node[0].note = 1;
    node[1].is = standby;
    run database(); run clients(); run world(); run clock(); run process(0); run process(1)
  }
}

#ifdef PUNCTUAL
#define serves(i) (runs(i) && may_answer(i))
ltl somebody_serves { [] <> (serves(0) || serves(1)) }
#endif
