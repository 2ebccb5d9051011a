// What the four consumers share: how an event is read, and how each event counts once.

// What these programs want of an event, null when it is of a type that they do not know (types are
// added), and an error when the text is no event. Other members are passed over: they are added too.
export function decode(text) {
  const { type, subject, partitionkey, sequence, data } = JSON.parse(text);
  const [, kind] = /^boxoffice\.(payment\.completed|payment\.refunded)\.v1$/.exec(type) ?? [];
  if (kind === undefined) return null;
  if (!/^\d{20}$/.test(sequence)) throw new Error("an event without its sequence");
  const { seatCount, amount } = data;
  return { kind, payment: subject, schedule: partitionkey, sequence, seatCount, amount };
}

// Gives a function that takes the text of an event and prints it, unless it is a repetition. The
// caller acknowledges to the broker when that function has returned, never before.
//
// `last` is in memory here, as what is printed is in no database: after a restart, what was printed and
// not yet acknowledged is printed again. In yours, `last` is a table beside what an event changes, and
// both are written in one transaction. Then each event counts once, whatever crashes when.
export function printer() {
  const last = new Map(); // schedule → the sequence of its last event that was applied
  return (text) => {
    let event;
    try {
      event = decode(text);
    } catch (error) {
      // It would come again for ever. Put it where somebody looks, and go on.
      return note(`passed over: ${error.message}`);
    }
    if (event === null) return;
    const { kind, payment, schedule, sequence, seatCount, amount } = event;
    // 20 digits are too many for a Number, and as texts they have the same order.
    if (sequence <= (last.get(schedule) ?? "")) return;
    console.log(`${kind} ${payment} ${schedule} seats ${seatCount} amount ${amount}`);
    last.set(schedule, sequence);
  };
}

// Standard output has events only.
export function note(what) {
  console.error(what);
}
