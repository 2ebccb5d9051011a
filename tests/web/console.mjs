// What operators do in the console, on a server whose databases refuse something for a while.
import assert from "node:assert/strict";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {eventually, lockWrites, openBrowser, openContext, openHouse, openSale, runSql, signIn} from "./house.mjs";

let house, browser;
before(async () => {
  // Payments give up soon.
  house = await openHouse([
    "payment.undo_tries_max=2", "payment.step_ms=50", "payment.deadline_seconds=1",
    "payment.answer_ms=500"
  ]);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

async function openConsole(role, options) {
  const {context, faults} = await openContext(browser, house, options);
  const page = await context.newPage();
  await page.goto(`${house.url}/console`);
  await signIn(page, `${role}1`, role);
  await page.waitForSelector("#stuck, main form");
  return {page, context, faults};
}

// Payments whose seats can neither be confirmed nor given back while a database is locked.
async function parkPayments(sale, seats) {
  const oper = await house.as("operator2", "operator");
  const asked = [];
  for (const seat of seats) {
    const buyer = await house.as(`buyer-${seat}`);
    const held = await buyer.hold(sale, [seat]);
    await buyer.post("/v1/points/charges", {amount: held.amount});
    asked.push({buyer, held, queue: await buyer.join(sale.concertId)});
  }
  const unlock = await lockWrites(join(house.folder, "reservation.db"));
  const payments =
    await Promise.all(asked.map(({buyer, held, queue}) => buyer.post("/v1/payments",
                                  {reservationId: held.reservationId}, {"Queue-Token": queue})));
  const stateOf = async (one) => (await oper.get(`/v1/admin/sagas/${one.paymentId}`)).state;
  for (const one of payments)
    await eventually(async () => await stateOf(one) === "PARKED", "it is parked");
  await unlock();
  return {payments, stateOf};
}

test("a parked payment is looked at and resumed, another one aborted with its reason", async () => {
  const sale = await openSale(house);
  const {payments: [first, second], stateOf} = await parkPayments(sale, ["A-1", "A-2"]);
  const {page, context, faults} = await openConsole("operator");
  await page.click(`[aria-label="Look: ${first.paymentId}"]`);
  await page.waitForSelector("dialog tbody tr");
  assert.match(await page.locator("dialog").textContent(), /debit/);
  await page.click("#resume");
  await page.waitForSelector("dialog", {state: "detached"});
  await eventually(
    async () => ["COMPLETED", "COMPENSATED"].includes(await stateOf(first)), "it ends");

  await page.click(`[aria-label="Look: ${second.paymentId}"]`);
  await page.click("#abort");  // without a reason nothing is sent
  assert.equal(await stateOf(second), "PARKED");
  await page.fill("#reason", "asked by the buyer");
  await page.click("#abort");
  await page.waitForSelector("dialog", {state: "detached"});
  await eventually(async () => await stateOf(second) === "COMPENSATED", "it is undone");
  await page.waitForSelector("#stuck .notice.good");
  assert.deepEqual(faults, []);
  await context.close();
});

test("all parked payments are resumed at once, after a look at which", async () => {
  const sale = await openSale(house);
  const {payments, stateOf} = await parkPayments(sale, ["B-1", "B-2"]);
  const {page, context} = await openConsole("operator");
  await page.click("#stuck >> text=Resume all");
  await page.waitForSelector("dialog .lines li");
  assert.equal(await page.locator("dialog .lines >> text=would be done").count(), 2);
  assert.equal(await stateOf(payments[0]), "PARKED");
  await page.click("dialog .primary");
  await page.waitForSelector("dialog >> text=2 of 2 done.");
  for (const one of payments)
    await eventually(
      async () => ["COMPLETED", "COMPENSATED"].includes(await stateOf(one)), "it ends");
  await context.close();
});

test("all parked payments are aborted at once, with a reason, but for what moved meanwhile",
  async () => {
    const sale = await openSale(house);
    const {payments, stateOf} = await parkPayments(sale, ["B-3", "B-4", "B-5"]);
    const oper = await house.as("operator3", "operator");
    const {page, context} = await openConsole("operator");
    const button = page.locator("#stuck >> text=Abort all");
    await button.waitFor();
    // The list of the page is some seconds old; the dry run asks anew.
    await page.route(/admin\/sagas\?/, () => undefined);
    await oper.post(`/v1/admin/sagas/${payments[0].paymentId}/abort`, {reason: "by somebody else"});
    await eventually(async () => await stateOf(payments[0]) === "COMPENSATED", "it is undone");
    await button.click();
    await page.waitForSelector("dialog >> text=would be done for 2 of 3");
    await page.click("dialog .danger");  // without a reason nothing is sent
    assert.equal(await stateOf(payments[1]), "PARKED");
    await page.fill("#bulk-reason", "the hall is closed");
    await page.click("dialog .danger");
    await page.waitForSelector("dialog >> text=2 of 2 done.");
    for (const one of payments.slice(1)) {
      await eventually(async () => await stateOf(one) === "COMPENSATED", "it is undone");
      const {timeline} = await oper.get(`/v1/admin/sagas/${one.paymentId}`);
      assert.ok(timeline.some(({what}) => what.includes("the hall is closed")));
    }
    await context.close();
  });

test("a parked event is sent again once its cause is gone", async () => {
  const sale = await openSale(house);
  const file = join(house.folder, "queue_ranking.db");
  runSql(file,
    "CREATE TABLE rule (one INTEGER CHECK (one > 0)) STRICT;" +
      "CREATE TRIGGER refuses BEFORE INSERT ON sales_total BEGIN INSERT INTO rule VALUES (0); END;");
  await (await house.as("fan")).buy(sale, ["A-3"]);
  const {page, context} = await openConsole("operator");
  const button = page.locator("#stuck [aria-label^='Replay: ']").first();
  await button.waitFor();
  runSql(file, "DROP TRIGGER refuses");
  await button.click();
  await page.waitForSelector("#stuck .notice.good");
  await eventually(async () => {
    const {items} = await (await fetch(`${house.url}/v1/rankings/best-selling`)).json();
    return items.some((one) => one.scheduleId === sale.scheduleId);
  }, "the board has it");
  await context.close();
});

test("all events that a consumer has parked are sent again, after a look at which", async () => {
  const sale = await openSale(house);
  const file = join(house.folder, "queue_ranking.db");
  runSql(file,
    "CREATE TABLE rule2 (one INTEGER CHECK (one > 0)) STRICT;" +
      "CREATE TRIGGER refuses2 BEFORE INSERT ON sales_total BEGIN INSERT INTO rule2 VALUES (0); END;");
  await (await house.as("fan2")).buy(sale, ["A-4"]);
  const {page, context} = await openConsole("operator");
  const button = page.locator("#outbox [aria-label^='Replay all']").first();
  await button.waitFor();
  runSql(file, "DROP TRIGGER refuses2");
  await button.click();
  await page.waitForSelector("dialog >> text=would be done");
  await page.click("dialog .primary");
  await page.waitForSelector("dialog .lines >> text=done");
  await eventually(async () => {
    const {items} = await (await fetch(`${house.url}/v1/rankings/best-selling`)).json();
    return items.some((one) => one.scheduleId === sale.scheduleId);
  }, "the board has it");
  await context.close();
});

/** The figure with this label. */
const figure = (page, label) => page.locator(`.figure:has(.label:has-text("${label}")) .huge`);

test("figures follow the sale by the stream, for all tabs of a browser", async () => {
  const sale = await openSale(house);
  const {page, context, faults} = await openConsole("operator");
  const streams = [];
  context.on("request", (one) => one.url().endsWith("/v1/admin/stream") && streams.push(one));
  await figure(page, "Seats sold").filter({hasNotText: "–"}).waitFor();
  const soldOf = async (tab) =>
    Number((await figure(tab, "Seats sold").textContent()).replaceAll(",", ""));
  const before = await soldOf(page);
  const second = await context.newPage();
  await second.goto(`${house.url}/console`);
  await (await house.as("fan3")).buy(sale, ["A-5", "A-6"]);
  for (const tab of [page, second])
    await eventually(async () => await soldOf(tab) === before + 2, "it counts two more");
  assert.equal(streams.length, 0, "the second tab hears it from the first");
  await page.waitForSelector("#nodes tbody tr");
  await page.waitForSelector("#stores tbody tr");
  assert.deepEqual(faults, []);
  await context.close();
});

test("where there is no stream the figures are asked for", async () => {
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await page.route(
    "**/v1/admin/stream", (route) => route.fulfill({status: 404, json: {code: "not_found"}}));
  await page.goto(`${house.url}/console`);
  await signIn(page, "operator1", "operator");
  await figure(page, "Requests / s").filter({hasNotText: "–"}).waitFor();
  await figure(page, "Seats held").filter({hasNotText: "–"}).waitFor();
  await page.waitForSelector("#nodes tbody tr");
  await context.close();
});

test("a service that is silent is named, and its figures are missing", async () => {
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  const oper = await house.as("operator4", "operator");
  const nodes = (await oper.get("/v1/admin/nodes")).items;
  const summary = {
    serverTime: new Date().toISOString(),
    seats: 10,
    sold: 3,
    held: 1,
    waiting: null,
    admitted: null,
    purchasesPerSecond: 0,
    refusalsPerSecond: 0,
    sagas: {open: 0, parked: 0, oldestSeconds: 0},
    outbox: [],
    stores: [],
    gateway: {requestsPerSecond: 1, p99Ms: 2},
    nodes,
    problems: ["The node at 10.0.0.7:7101 (queue) is not reached."],
    silent: ["queue"]
  };
  await page.route("**/v1/admin/stream", (route) => route.fulfill({
    contentType: "text/event-stream",
    body: `event: summary\ndata: ${JSON.stringify(summary)}\n\n`
  }));
  await page.goto(`${house.url}/console`);
  await signIn(page, "operator1", "operator");
  await page.waitForSelector("main > .notice.warning >> text=No answer from: queue");
  assert.equal(await figure(page, "Waiting").textContent(), "–");
  assert.equal(await figure(page, "Seats sold").textContent(), "3");
  assert.match(await page.locator(".figure .label").nth(1).textContent(), /^Seats sold \/ 10$/);
  await page.waitForSelector("#nodes .notice.bad >> text=10.0.0.7");
  await context.close();
});

test("the knob of a waiting room lets people in at once", async () => {
  const sale =
    await openSale(house, {title: "Knob", waitingRoom: {activeMax: 1, admitPerSecond: 5}});
  await (await house.as("inside")).join(sale.concertId);
  const waiting = await house.as("waiting");
  const token = await waiting.join(sale.concertId);
  const {page, context} = await openConsole("operator");
  await page.click("nav a[href='#/rooms']");
  await page.fill(`#max-${sale.concertId}`, "5");
  await figure(page, "Waiting").filter({hasText: "1"}).waitFor();
  await page.click("form[aria-label='Knob'] button");
  await page.waitForSelector("form[aria-label='Knob'] .notice.good");
  await figure(page, "Waiting").filter({hasText: "0"}).waitFor();
  await eventually(async () => (await waiting.get(`/v1/queue/tokens/${token}`)).status === "ACTIVE",
    "one more enters");
  await context.close();
});

test("an admin adds a concert and a date, which is on sale then", async () => {
  const {page, context} = await openConsole("admin");
  await page.click("nav a[href='#/concerts']");
  await page.click("text=New concert");
  await page.fill("#c-title", "Made by hand");
  await page.fill("#c-artist", "Nobody");
  await page.click("dialog .primary");
  const card = page.locator("section.card:has(h2:text-is('Made by hand'))");
  await card.locator("button").click();
  await page.fill("#s-venue", "Small Hall");
  await page.click("dialog .primary");
  await card.locator("li:has-text('200 / 200')").waitFor();
  await context.close();
});

test("the invariants are checked on request, and hold", async () => {
  const {page, context} = await openConsole("operator");
  await page.click("#check");
  await page.waitForSelector("section.card:has(#check) .notice");
  assert.equal(await page.locator("section.card:has(#check) .notice.good").count(), 1,
    await page.locator("section.card:has(#check)").textContent());
  await context.close();
});

test("without the role the server refuses, and the page says so", async () => {
  const sale =
    await openSale(house, {title: "Locked", waitingRoom: {activeMax: 7, admitPerSecond: 5}});
  const {page, context} = await openConsole("user");
  await page.waitForSelector("#stuck >> text=Only operators");
  await page.waitForSelector("main > .quiet >> text=Only operators");
  await page.click("nav a[href='#/rooms']");
  await page.fill(`#max-${sale.concertId}`, "50");
  await page.click("form[aria-label='Locked'] button");
  await page.waitForSelector("form[aria-label='Locked'] .notice.bad");
  const concert = await (await fetch(`${house.url}/v1/concerts/${sale.concertId}`)).json();
  assert.equal(concert.waitingRoom.activeMax, 7);
  await context.close();
});

// --- the door ---------------------------------------------------------------------------------

async function bought(sale, seats) {
  const buyer =
    await house.as(`holder-${seats.join("-")}-${Math.random().toString(36).slice(2, 8)}`);
  const payment = await buyer.buy(sale, seats);
  const {ticket} = await buyer.get(`/v1/reservations/${payment.reservationId}/ticket`);
  return {buyer, payment, ticket};
}

async function openDoor(role, options) {
  const {page, context, faults} = await openConsole(role, options);
  await page.click("nav a[href='#/door']");
  await page.waitForSelector("#ticket-text");
  return {page, context, faults};
}

// As a scanner does it: it types, and presses Enter.
async function scan(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".verdict");
}
const word = (page) => page.locator(".verdict .word").textContent();

test("a scanner lets a ticket in once, and the next one is typed at once", async () => {
  const sale = await openSale(house, {title: "Doors"});
  const first = await bought(sale, ["A-1", "A-2"]), second = await bought(sale, ["B-3"]);
  const {page, context, faults} = await openDoor("operator");
  await page.waitForFunction(() => document.activeElement?.id === "ticket-text");
  await scan(page, first.ticket);
  await page.waitForSelector(".verdict.good");
  assert.match(await word(page), /✓\s*Let in/);
  const panel = await page.locator(".verdict").textContent();
  for (const part of ["A-1, A-2", "Doors", first.payment.reservationId])
    assert.ok(panel.includes(part), panel);
  assert.equal(await page.inputValue("#ticket-text"), "");
  await scan(page, second.ticket);
  await page.waitForSelector(".verdict.good:has-text('B-3')");
  await scan(page, first.ticket);
  await page.waitForSelector(".verdict.warning");
  assert.match(await word(page), /!\s*Already in/);
  assert.match(await page.locator(".verdict .lead").textContent(), /Let in at .*ago/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a ticket that is only looked at is not let in", async () => {
  const sale = await openSale(house);
  const {ticket} = await bought(sale, ["A-1"]);
  const {page, context} = await openDoor("operator");
  await page.uncheck("#admit");
  await page.focus("#ticket-text");
  for (let i = 0; i < 2; ++i) {
    await scan(page, ticket);
    await page.waitForSelector(".verdict.good:has-text('Not let in yet')");
  }
  await page.check("#admit");
  await page.focus("#ticket-text");
  await scan(page, ticket);
  await page.waitForSelector(".verdict.good:has-text('Let in')");
  const oper = await house.as("operator2", "operator");
  const {admittedAt} = await oper.post("/v1/admin/tickets/verify", {ticket, admit: false});
  assert.ok(admittedAt);
  await context.close();
});

test("what must not be let in says stop, and why", async () => {
  const sale = await openSale(house, {title: "Tonight"});
  const other = await openSale(house, {title: "Tomorrow night"});
  const mine = await bought(sale, ["A-1"]), back = await bought(sale, ["A-2"]);
  await back.buyer.post(`/v1/payments/${back.payment.paymentId}/refunds`, {});
  const {page, context} = await openDoor("operator");
  const refused = async (text, why) => {
    await page.focus("#ticket-text");
    await scan(page, text);
    await page.waitForSelector(`.verdict.bad:has-text('${why}')`);
    assert.match(await word(page), /×\s*Stop/);
  };
  await refused(back.ticket, "was refunded");
  await refused(`${mine.ticket}A`, "no ticket of ours");
  await refused("https://example.com/", "no ticket of ours");
  await page.selectOption("#door", other.scheduleId);
  await refused(mine.ticket, "for another date");
  assert.match(await page.locator(".verdict").textContent(), /Tonight/);
  await page.selectOption("#door", sale.scheduleId);
  await page.focus("#ticket-text");
  await scan(page, mine.ticket);
  await page.waitForSelector(".verdict.good");
  await context.close();
});

test("a door whose answer is lost asks again", async () => {
  const sale = await openSale(house);
  const {ticket} = await bought(sale, ["A-1"]);
  const {page, context} = await openDoor("operator");
  await page.route("**/v1/admin/tickets/verify", (route) => route.abort(), {times: 1});
  await scan(page, ticket);
  await page.waitForSelector(".verdict.unknown");
  assert.match(await word(page), /\?\s*Not checked/);
  await page.click(".verdict button");
  await page.waitForSelector(".verdict.good");
  await context.close();
});

test("without the role the door says so, and lets nobody in", async () => {
  const sale = await openSale(house);
  const {ticket} = await bought(sale, ["A-1"]);
  const {page, context} = await openDoor("user");
  await page.waitForSelector("main > .notice.warning:has-text('Only operators')");
  await page.focus("#ticket-text");
  await scan(page, ticket);
  await page.waitForSelector(".verdict.unknown:has-text('Only operators')");
  const oper = await house.as("operator2", "operator");
  const {admittedAt} = await oper.post("/v1/admin/tickets/verify", {ticket, admit: false});
  assert.equal(admittedAt, null);
  await context.close();
});

test("a camera lets in what it sees, once as long as it is in sight", async () => {
  const sale = await openSale(house);
  const {ticket} = await bought(sale, ["A-1"]);
  const {page, context, faults} = await openConsole("operator");
  // No camera here, and no detector in this browser's build: both are stood in for.
  await page.evaluate((text) => {
    window.seen = text;
    window.BarcodeDetector = class {
      async detect() { return window.seen ? [{rawValue: window.seen}] : []; }
    };
    const canvas = document.createElement("canvas");
    navigator.mediaDevices.getUserMedia = async () => (window.stream = canvas.captureStream(5));
  }, ticket);
  let asked = 0;
  page.on("request", (one) => {
    if (one.url().endsWith("/tickets/verify")) ++asked;
  });
  await page.click("nav a[href='#/door']");
  await page.click("#camera");
  await page.waitForSelector(".verdict.good");
  await page.waitForTimeout(600);  // several looks at the same code
  assert.equal(asked, 1);
  await page.click("#camera");
  await page.waitForFunction(
    () => window.stream.getTracks().every((one) => one.readyState === "ended"));
  await page.waitForSelector(".camera.off", {state: "attached"});
  assert.deepEqual(faults, []);
  await context.close();
});

test("a camera that is not allowed is said, and the field stays", async () => {
  const {page, context} = await openConsole("operator");
  await page.evaluate(() => {
    window.BarcodeDetector = class {};
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException("no", "NotAllowedError");
    };
  });
  await page.click("nav a[href='#/door']");
  await page.click("#camera");
  await page.waitForSelector(".notice.warning:has-text('could not be used')");
  await page.waitForSelector("#ticket-text");
  await context.close();
});
