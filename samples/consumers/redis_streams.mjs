// Prints payments, from a stream of Redis.    node redis_streams.mjs redis://HOST [STREAM [GROUP]]
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { note, printer } from "./events.mjs";

const [url, stream = "boxoffice:payments", group = "sample"] = process.argv.slice(2);
const apply = printer();

// It connects again by itself, for as long as it takes.
const redis = createClient({
  url,
  socket: { reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, 5000), socketTimeout: 10000 },
});
redis.on("error", (why) => note(`connection lost: ${why.message}`));
process.once("SIGTERM", () => redis.destroy());

// The group is ours, and Redis remembers how far it has read. It begins at the first event there is.
async function join() {
  try {
    await redis.xGroupCreate(stream, group, "0", { MKSTREAM: true });
  } catch (error) {
    if (!error.message.startsWith("BUSYGROUP")) throw error; // it is there already
  }
}

// One reader in the group: dealt out to several, events would overtake each other.
async function read(from) {
  const wait = { COUNT: 100, BLOCK: 5000 };
  const found = await redis.xReadGroup(group, "reader", { key: stream, id: from }, wait);
  return found === null ? [] : found[0].messages;
}

async function listen() {
  await join();
  note("listening");
  // First what was given to us before and not acknowledged, then what is new.
  for (let from = "0"; redis.isOpen; ) {
    const entries = await read(from);
    for (const { id, message } of entries) {
      apply(message.event);
      await redis.xAck(stream, group, id);
    }
    if (entries.length === 0) from = ">";
  }
}

await redis.connect();
while (redis.isOpen) {
  await listen().catch(async (why) => {
    if (!redis.isOpen) return;
    note(`begins anew: ${why.message}`);
    await pause(100);
  });
}
