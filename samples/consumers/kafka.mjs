// Prints payments, from Kafka.    node kafka.mjs HOST:PORT[,HOST:PORT…] [TOPIC [GROUP]]
import { setTimeout as pause } from "node:timers/promises";
import { decompress } from "fzstd";
import kafkajs from "kafkajs";
import { note, printer } from "./events.mjs";

const [brokers, topic = "boxoffice.payments", group = "sample"] = process.argv.slice(2);
const apply = printer();

// The server compresses with zstd, which KafkaJS leaves to whoever needs it.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  decompress: async (bytes) => Buffer.from(decompress(bytes)),
});

const kafka = new kafkajs.Kafka({
  clientId: "boxoffice-sample",
  brokers: brokers.split(","),
  retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: Number.MAX_SAFE_INTEGER },
  logLevel: kafkajs.logLevel.ERROR,
  logCreator: () => ({ log }) => note(log.message),
});

// A schedule is in one partition, and a partition goes to one process of the group: the order holds
// with as many processes as there are partitions.
const consumer = kafka.consumer({ groupId: group, sessionTimeout: 10000, maxWaitTimeInMs: 1000 });
consumer.on(consumer.events.GROUP_JOIN, () => note("listening"));
// It begins anew by itself, but not after an error that would only come again.
consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || process.exit(1));

process.once("SIGTERM", async () => {
  await Promise.race([consumer.disconnect(), pause(3000)]); // Kafka may be away
  process.exit();
});

await consumer.connect();
for (let joined = false; !joined; ) {
  try {
    await consumer.subscribe({ topic, fromBeginning: true }); // where the group has not been yet
    joined = true;
  } catch (error) {
    note(`no topic yet: ${error.message}`); // whoever runs Kafka makes it
    await pause(1000);
  }
}
await consumer.run({
  // What this has returned from is acknowledged, by and by.
  eachMessage: async ({ message }) => apply(message.value.toString()),
});
