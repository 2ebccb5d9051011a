// The map of seats over a stream that cuts, repeats, skips and says goodbye. In front of a real server
// stands one that makes the stream out of what that server says of its seats.
import assert from "node:assert/strict";
import {createServer, request as httpRequest} from "node:http";
import {after, before, test} from "node:test";

import {eventually, openBrowser, openContext, openHouse, openSale, signIn} from "./house.mjs";

const codes = {
  AVAILABLE: 0,
  HELD: 1,
  SOLD: 2
};
let house, browser, front;

/** Everything goes to the server, but for the streams of seats, which are made here. */
class Front {
  readers = new Set();
  asked = [];  // `since` of each stream
  epoch = "7";
  constructor(to) {
    this.to = new URL(to);
    this.server = createServer((asked, answer) => {
      if (asked.url.includes("/seats/stream"))
        void this.stream(asked, answer);
      else
        this.carry(asked, answer);
    });
  }
  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }
  carry(asked, answer) {
    const onward = httpRequest({
      host: this.to.hostname,
      port: this.to.port,
      path: asked.url,
      method: asked.method,
      headers: asked.headers
    },
      (said) => {
        answer.writeHead(said.statusCode, said.headers);
        said.pipe(answer);
      });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  }
  async states(schedule) {
    const map = await (await fetch(`${this.to.origin}/v1/schedules/${schedule}/seats`)).json();
    return {version: map.version, states: map.seats.map((one) => codes[one.status])};
  }
  async stream(asked, answer) {
    const [, schedule] = /schedules\/([^/]+)\/seats/.exec(asked.url);
    this.asked.push(new URL(asked.url, this.url).searchParams.get("since") ?? "");
    answer.writeHead(200, {"Content-Type": "text/event-stream", "Cache-Control": "no-store"});
    const reader = {answer, schedule, ...await this.states(schedule)};
    this.say(reader, "hello", {
      epoch: this.epoch,
      version: reader.version,
      mode: "snapshot",
      seatCount: reader.states.length,
      flushMs: 100,
      heartbeatMs: 15_000,
      serverTime: new Date().toISOString()
    });
    this.snapshot(reader);
    this.readers.add(reader);
    answer.on("close", () => this.readers.delete(reader));
  }
  say({answer}, event, data, id) {
    answer.write(`event: ${event}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(data)}\n\n`);
  }
  snapshot(reader) {
    const bytes = new Uint8Array(Math.ceil(reader.states.length / 4));
    reader.states.forEach((state, i) => {
      bytes[i >> 2] |= state << (i & 3) * 2;
    });
    const of = (state) => reader.states.filter((one) => one === state).length;
    this.say(reader, "snapshot", {
      version: reader.version,
      states: Buffer.from(bytes).toString("base64url"),
      available: of(0),
      held: of(1),
      sold: of(2)
    },
      `${this.epoch}.${reader.version}`);
  }
  /** What has changed since goes to each reader; `from` is another version when `shift` is not 0. */
  async flush(shift = 0) {
    for (const reader of this.readers) {
      const now = await this.states(reader.schedule);
      const runs = [[], [], []];
      now.states.forEach((state, i) => {
        if (state !== reader.states[i]) runs[state].push(i, 1);
      });
      this.say(reader, "delta",
        {from: reader.version + shift, to: now.version, a: runs[0], h: runs[1], s: runs[2]},
        `${this.epoch}.${now.version}`);
      Object.assign(reader, now);
    }
  }
  cut() {
    for (const {answer} of this.readers) answer.destroy();
  }
  bye(reason) {
    for (const reader of this.readers) {
      this.say(reader, "bye", {reason, retryMs: 50});
      reader.answer.end();
    }
  }
  close() {
    this.cut();
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

before(async () => {
  house = await openHouse();
  front = new Front(house.url);
  await front.listen();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await front?.close();
  await house?.stop();
});

test("a map that follows a stream is that of the server after changes, cuts, gaps and goodbyes",
  async () => {
    const sale = await openSale(house);
    const {context, faults} = await openContext(browser, front);
    const page = await context.newPage();
    await page.goto(`${front.url}/#/schedules/${sale.scheduleId}`);
    await signIn(page, "streams");
    await page.waitForSelector(".canvas:not(.pending) canvas");
    await page.click("summary");
    const polled = [];
    page.on("request", (asked) => {
      if (asked.url().endsWith("/seats")) polled.push(asked.url());
    });
    const fan = async (seat) => (await house.as(`fan${seat}`)).buy(sale, [seat]);
    const shows = (seat) => page.waitForSelector(`.seat.sold[aria-label^="${seat},"]`);

    await fan("A-1");
    await front.flush();
    await shows("A-1");

    await fan(
      "A-2");  // nobody is told of it: the stream is cut before, and goes on from what is known
    const known = front.asked.length;
    front.cut();
    await eventually(
      () => front.readers.size === 1 && front.asked.length > known, "it is asked for again");
    assert.match(front.asked.at(-1), /^7\.\d+$/);
    await shows("A-2");

    const before_ = front.asked.length;
    await fan("A-3");
    await front.flush(5);  // a delta that does not follow: all of it is asked for anew
    await eventually(() => front.asked.length > before_, "it begins anew");
    assert.equal(front.asked.at(-1), "");
    await shows("A-3");

    await eventually(() => front.readers.size === 1, "one reads");
    await fan("A-4");
    front.epoch = "8";
    front.bye("rotate");
    await shows("A-4");
    await eventually(() => front.readers.size === 1, "one reads");
    await fan("A-5");
    await front.flush();
    await shows("A-5");
    assert.deepEqual(polled, [], "whoever has a stream does not ask");
    assert.deepEqual(faults, []);
    await context.close();
  });

test("a second tab hears of the seats from the first, also what it has missed", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, front);
  const one = await context.newPage();
  await one.goto(`${front.url}/#/schedules/${sale.scheduleId}`);
  await signIn(one, "tabs");
  await one.waitForSelector(".canvas:not(.pending) canvas");
  await (await house.as("fan1")).buy(sale, ["B-1"]);
  await front.flush();
  const before_ = front.asked.length;
  const two = await context.newPage();
  await two.goto(`${front.url}/#/schedules/${sale.scheduleId}`);
  await two.click("summary");
  await two.selectOption("#section", "1");
  await two.waitForSelector('.seat.sold[aria-label^="B-1,"]');
  await (await house.as("fan2")).buy(sale, ["B-2"]);
  await front.flush();
  await two.waitForSelector('.seat.sold[aria-label^="B-2,"]');
  assert.equal(front.asked.length, before_, "one stream is enough");
  await context.close();
});
