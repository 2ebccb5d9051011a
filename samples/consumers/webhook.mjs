// Prints payments that are posted to it.    WEBHOOK_SECRET=whsec_… node webhook.mjs http://HOST:PORT/PATH
// It is what the setting data_platform.url names; WEBHOOK_SECRET is data_platform.secret.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { note, printer } from "./events.mjs";

const { hostname, port, pathname } = new URL(process.argv[2]);
const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const apply = printer();

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > 1_000_000) throw new Error("too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

// The status to answer. 2xx says "I have it", so it comes after the event was applied.
async function take(request) {
  if (request.url !== pathname) return 404;
  if (request.method !== "POST") return 405;
  const body = await bodyOf(request);
  try {
    webhook.verify(body, request.headers); // what arrived, byte for byte; not older than five minutes
  } catch (error) {
    note(`refused: ${error.message}`);
    return 401;
  }
  const batch = request.headers["content-type"]?.startsWith("application/cloudevents-batch+json");
  const events = batch ? JSON.parse(body).map((event) => JSON.stringify(event)) : [body];
  events.forEach(apply);
  return 204;
}

const server = createServer(async (request, response) => {
  try {
    response.writeHead(await take(request)).end();
  } catch {
    response.destroy(); // it is posted again
  }
});
server.listen(Number(port), hostname, () => {
  note(`listening on http://${hostname}:${server.address().port}${pathname}`);
});
process.once("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
