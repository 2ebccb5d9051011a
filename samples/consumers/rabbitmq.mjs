// Prints payments, from RabbitMQ.    node rabbitmq.mjs amqp://USER:PASSWORD@HOST [EXCHANGE [GROUP]]
import amqp from "amqplib";
import { note, printer } from "./events.mjs";

const [url, exchange = "boxoffice", group = "sample"] = process.argv.slice(2);
const apply = printer();

// Called with each new connection, also after one was lost.
async function listen(connection) {
  connection.on("error", () => {}); // the connection ends then, and the next one is made
  const channel = await connection.createChannel();
  channel.on("error", () => connection.close().catch(() => {}));

  // The exchange is the server's. Whoever starts first makes it, and both mean the same one.
  await channel.assertExchange(exchange, "topic", { durable: true });
  // The queue is ours, and keeps events while we are away. Of several processes that read it one
  // gets them all, and another takes over: dealt out to two, events would overtake each other.
  const { queue } = await channel.assertQueue(`${exchange}.${group}`, {
    durable: true,
    arguments: { "x-queue-type": "quorum", "x-single-active-consumer": true },
  });
  await channel.bindQueue(queue, exchange, "payment.#");
  await channel.prefetch(100); // so many may be unacknowledged

  await channel.consume(queue, (message) => {
    if (message === null) return connection.close(); // somebody deleted the queue: begin anew
    apply(message.content.toString());
    channel.ack(message);
  });
}

const connection = await amqp.connect(url, {
  recovery: { maxDelay: 5000, waitForConnect: false, setup: listen },
});
connection.on("connect", () => note("listening"));
connection.on("error", () => {});
connection.on("disconnect", (why) => note(`connection lost: ${why.message}`));
connection.on("connect-failed", (why) => note(`no connection: ${why.message}`));

process.once("SIGTERM", () => connection.close());
