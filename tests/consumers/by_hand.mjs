// Does at a broker what the server or an operator does: makes a topic, publishes events.
//   node by_hand.mjs PACKAGES topic BROKERS TOPIC PARTITIONS
//   node by_hand.mjs PACKAGES rabbitmq|kafka|redis_streams ADDRESS PLACE     one event a line of standard input
// PACKAGES is what `samples/consumers/run packages` prints.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const [packages, what, address, place, partitions] = process.argv.slice(2);
const load = createRequire(`${packages}/`);

async function withKafka(part, use) {
  const { Kafka, logLevel } = load("kafkajs");
  const client = new Kafka({ brokers: address.split(","), logLevel: logLevel.ERROR })[part]();
  await client.connect();
  await use(client);
  await client.disconnect();
}

const ways = {
  async topic() {
    await withKafka("admin", (admin) =>
      admin.createTopics({ topics: [{ topic: place, numPartitions: Number(partitions) }] }),
    );
  },
  async rabbitmq(events) {
    const connection = await load("amqplib").connect(address);
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange(place, "topic", { durable: true });
    for (const { kind, body } of events)
      channel.publish(place, kind, Buffer.from(body), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
  },
  async kafka(events) {
    const messages = events.map(({ key, body }) => ({ key, value: body }));
    await withKafka("producer", (producer) => producer.send({ topic: place, messages }));
  },
  async redis_streams(events) {
    const redis = await load("redis").createClient({ url: address }).connect();
    for (const { id, kind, key, body } of events)
      await redis.xAdd(place, "*", { id, type: kind, key, event: body });
    redis.destroy();
  },
};

function eventOf(body) {
  const { id, type, partitionkey } = JSON.parse(body);
  return { id, kind: type.split(".").slice(1, 3).join("."), key: partitionkey, body };
}

const lines = what === "topic" ? "" : await text(process.stdin);
await ways[what](lines.split("\n").filter((line) => line !== "").map(eventOf));
