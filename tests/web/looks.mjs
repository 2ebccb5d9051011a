// Each state of the pages, in both languages and both themes: no violation that axe finds, nothing that
// the policy stops, nothing asked of anybody else. With PICTURES=FOLDER each is kept as a picture too.
import axe from "axe-core";
import assert from "node:assert/strict";
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {eventually, lockWrites, openBrowser, openContext, openHouse, openSale, signIn} from "./house.mjs";
import {openIssuer} from "./issuer.mjs";

const pictures = process.env.PICTURES;
const only = process.env.ONLY;
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let house, browser, sale, crowded, crowdless, early, patient, oper;
let issuer, strict;  // a provider, and a house whose pages log in there
before(async () => {
  issuer = await openIssuer();
  strict = await openHouse(issuer.settings.concat("auth.dev=false"), issuer.trusted);
  issuer.serve(strict.url);
  house = await openHouse([
    "payment.undo_tries_max=2", "payment.step_ms=50", "payment.deadline_seconds=1",
    "payment.answer_ms=500"
  ]);
  browser = await openBrowser();
  sale = await openSale(house, {
    sections: [
      {name: "A", rows: 6, seatsPerRow: 18, price: 132_000},
      {name: "B", rows: 8, seatsPerRow: 26, price: 99_000},
      {name: "C", rows: 5, seatsPerRow: 30, price: 66_000}
    ]
  });
  crowded = await openSale(
    house, {title: "Stadium of Lights", waitingRoom: {activeMax: 1, admitPerSecond: 1}});
  crowdless = await openSale(house, {title: "The Quiet Hall"});
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  early = await openSale(house, {title: "Tomorrow", salesOpenAt: soon});
  patient = await openSale(house, {title: "No Hurry", holdExtensionSeconds: 120});
  oper = await house.as("oper", "operator");
  await (await house.as("inside")).join(crowded.concertId);
  for (let i = 0; i < 41; ++i) await (await house.as(`ahead${i}`)).join(crowded.concertId);
  let seed = 7;
  const random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
  for (let i = 0; i < 24; ++i) {
    const section = "ABC"[Math.floor(random() * 3)];
    const first = 1 + Math.floor(random() * 100);
    const buyer = await house.as(`fan${i}`);
    const seats = [`${section}-${first}`, `${section}-${first + 1}`];
    await (i % 4 === 3 ? buyer.hold(sale, seats) : buyer.buy(sale, seats)).catch(() => undefined);
  }
});
after(async () => {
  await browser?.close();
  await house?.stop();
  await strict?.stop();
  await issuer?.stop();
});

let people = 0;

/** Answers otherwise than the server does; a page that goes away meanwhile is no fault. */
const change = (page, address, answer) =>
  page.route(address, (route) => answer(route).catch(() => undefined));

/** The states, each reached from a fresh context; a function that returns a selector to wait for. */
const seatsOf = async (page, at = sale) => {
  await page.goto(`${house.url}/#/schedules/${at.scheduleId}`);
  await signIn(page, `look${++people}`);
  await page.waitForSelector(".canvas:not(.pending) canvas");
};
const chooseTwo = async (page) => {
  await page.click("summary");
  await page.selectOption("#section", "1");
  await page.selectOption("#row", String(1 + people % 8));
  for (let i = 0; i < 2; ++i) await page.locator(".seat.free").first().click();
};
const heldPage = async (page) => {
  await seatsOf(page);
  await chooseTwo(page);
  await page.click("#hold");
  await page.waitForSelector("#charge");
};
const patientPage = async (page) => {
  await seatsOf(page, patient);
  await page.click(".best button");
  await page.waitForSelector("#more");
};
const paidPage = async (page) => {
  await heldPage(page);
  await page.click("#charge");
  await page.click("#pay:not([disabled])");
  await page.waitForSelector("#ticket");
};
const consolePage = async (page, role = "operator") => {
  await page.goto(`${house.url}/console`);
  await signIn(page, `${role}1`, role);
  await page.waitForSelector("#stuck > *:nth-child(2)");
};

const states = {
  concerts: (page) => page.goto(house.url).then(() => "a.concert"),
  "no concerts": async (page) => {
    await page.route(
      "**/v1/concerts?*", (route) => route.fulfill({json: {items: [], nextCursor: null}}));
    await page.goto(house.url);
    return ".empty";
  },
  loading: async (page) => {
    await page.route("**/v1/concerts?*", () => undefined);
    await page.goto(house.url);
    return ".loading";
  },
  failure: async (page) => {
    await page.route("**/v1/concerts?*", (route) => route.abort());
    await page.goto(house.url);
    return ".notice.bad";
  },
  dates: (page) => page.goto(`${house.url}/#/concerts/${sale.concertId}`).then(() => ".row"),
  "sign in": (page) => page.goto(`${house.url}/#/schedules/${sale.scheduleId}`).then(() => "#name"),
  "log in": (page) => page.goto(`${strict.url}/#/mine`).then(() => "#log-in"),
  "log in, refused": async (page) => {
    await page.goto(`${strict.url}/#/mine`);
    await page.click("#log-in");
    await page.click("#no");
    return ".notice.info";
  },
  "log in, away": async (page) => {
    await page.goto(`${strict.url}/#/mine`);
    await page.waitForSelector("#log-in");
    issuer.how.isAway = true;
    await page.click("#log-in");
    await page.waitForSelector(".notice.bad");
    issuer.how.isAway = false;
    return ".notice.bad";
  },
  "log in, not asked for": (page) =>
    page.goto(`${strict.url}/?code=a&state=b#/mine`).then(() => ".notice.bad"),
  "log in, ends soon": async (page) => {
    await page.goto(`${strict.url}/#/mine`);
    Object.assign(issuer.how, {accessTokenSeconds: 59, givesRefreshTokens: false});
    await page.click("#log-in");
    await page.fill("#who", "a-person-with-quite-a-long-name");
    await page.click("#in");
    return "#stay";
  },
  "log in, console": (page) => page.goto(`${strict.url}/console`).then(() => "#log-in"),
  "opens soon": (page) =>
    page.goto(`${house.url}/#/schedules/${early.scheduleId}`).then(() => ".card.center"),
  waiting: async (page) => {
    await page.goto(`${house.url}/#/schedules/${crowded.scheduleId}`);
    await signIn(page, `look${++people}`);
    return ".waiting";
  },
  "waiting without hope": async (page) => {
    await change(page, /\/v1\/queue\/tokens/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        json: {...await answer.json(), seatsLeft: 12, odds: "none", etaRange: {p50: 300, p90: 1500}}
      });
    });
    await page.goto(`${house.url}/#/schedules/${crowded.scheduleId}`);
    await signIn(page, `look${++people}`);
    return ".waiting .notice";
  },
  "left the line": async (page) => {
    await page.goto(`${house.url}/#/schedules/${crowded.scheduleId}`);
    await signIn(page, `look${++people}`);
    await page.click(".waiting button");
    return ".card.center";
  },
  seats: (page) => seatsOf(page).then(() => "canvas"),
  "seats chosen": async (page) => {
    await seatsOf(page);
    await chooseTwo(page);
    await page.click(".pill >> nth=1");
    return ".sum";
  },
  "seat lost": async (page) => {
    await seatsOf(page);
    await chooseTwo(page);
    const name = await page.locator(".basket .lines li span").first().textContent();
    await (await house.as(`rival${++people}`)).hold(sale, [name]);
    return ".basket .notice";
  },
  "limit reached": async (page) => {
    await seatsOf(page);
    await page.click("summary");
    for (let i = 0; i < 5; ++i) await page.locator(".seat.free").first().click();
    return ".basket .notice";
  },
  "all taken": async (page) => {
    const none = {status: 404, json: {code: "not_found"}};
    await page.route(/\/seats\/stream/, (route) => route.fulfill(none));
    await change(page, /\/seats$/, async (route) => {
      const answer = await route.fetch();
      const map = await answer.json();
      for (const seat of map.seats) seat.status = seat.number % 3 ? "SOLD" : "HELD";
      await route.fulfill({response: answer, json: map});
    });
    await seatsOf(page);
    return ".hall .notice";
  },
  "a part that is gone": async (page) => {
    await page.route(/mine-.*js/, (route) => route.fulfill({status: 404}));
    await page.goto(`${house.url}/#/mine`);
    return ".notice.bad";
  },
  held: (page) => heldPage(page).then(() => "#charge"),
  charged: async (page) => {
    await heldPage(page);
    await page.click("#charge");
    return "#pay:not([disabled])";
  },
  "more time offered": (page) => patientPage(page).then(() => "#charge"),
  "more time given": async (page) => {
    await patientPage(page);
    await page.click("#more");
    return ".more p:only-child";
  },
  "payment without an answer": async (page) => {
    await heldPage(page);
    await page.click("#charge");
    await page.waitForSelector("#pay:not([disabled])");
    await page.route("**/v1/payments", (route) => route.abort());
    await page.click("#pay");
    return ".checkout .notice";
  },
  "given back": async (page) => {
    await heldPage(page);
    await page.click(".checkout button.plain");
    return "main .notice";
  },
  ticket: (page) => paidPage(page).then(() => "#ticket"),
  "ticket without its code": async (page) => {
    await page.route(
      "**/ticket", (route) => route.fulfill({status: 503, json: {code: "unavailable"}}));
    await paidPage(page);
    return ".stub .notice";
  },
  "refund asked": async (page) => {
    await paidPage(page);
    await page.locator("#ticket .actions button").nth(2).click();
    return "dialog";
  },
  refunded: async (page) => {
    await paidPage(page);
    await page.locator("#ticket .actions button").nth(2).click();
    await page.click("dialog .danger");
    return "main > .notice";
  },
  mine: async (page) => {
    await paidPage(page);
    await page.goto(`${house.url}/#/mine`);
    return "table";
  },
  "mine, empty": async (page) => {
    await page.goto(`${house.url}/#/mine`);
    await signIn(page, `look${++people}`);
    return ".empty";
  },
  "no such reservation": async (page) => {
    await page.goto(`${house.url}/#/mine`);
    await signIn(page, `look${++people}`);
    await page.goto(`${house.url}/#/reservations/none`);
    return ".notice.bad";
  },
  "console, sign in": (page) => page.goto(`${house.url}/console`).then(() => "#name"),
  "console, overview": async (page) => {
    await consolePage(page);
    await page.waitForSelector(".figure polyline", {state: "attached"});
    return "#stuck .notice.good, #stuck table";
  },
  "console, a silent service": async (page) => {
    await change(page, "**/v1/admin/stream", async (route) => {
      const {items} = await oper.get("/v1/admin/nodes");
      const lost = {
        node: "queue",
        version: "0.1.0",
        address: "10.0.0.7:7101",
        link: {state: "down", inFlight: 0, reconnects: 3, lastError: "connection refused"},
        services: [{service: "queue", phase: "serving", epoch: 4}]
      };
      const summary = {
        serverTime: new Date().toISOString(),
        seats: 38_000,
        sold: 31_204,
        held: 812,
        waiting: null,
        admitted: null,
        purchasesPerSecond: 41.5,
        refusalsPerSecond: 1204,
        sagas: {open: 37, parked: 0, oldestSeconds: 2},
        outbox: [
          {consumer: "queue", lagEvents: 256, lagSeconds: 41, parked: 0},
          {consumer: "best_selling", lagEvents: 3, lagSeconds: 0, parked: 2}
        ],
        stores: [
          {store: "reservation", commitsPerSecond: 212.4, p50Ms: 1.6, p99Ms: 12.8},
          {store: "queue_ranking", commitsPerSecond: null, p50Ms: null, p99Ms: null}
        ],
        gateway: {requestsPerSecond: 3120, p99Ms: 25.6},
        nodes: [...items, lost],
        problems: ["The node at 10.0.0.7:7101 (queue) is not reached: connection refused."],
        silent: ["queue"]
      };
      await route.fulfill({
        contentType: "text/event-stream",
        body: `event: summary\ndata: ${JSON.stringify(summary)}\n\n`.repeat(2)
      });
    });
    await consolePage(page);
    return "#nodes .notice.bad";
  },
  "console, stuck": async (page) => {
    await parkSome();
    await consolePage(page);
    return "#stuck table";
  },
  "console, abort all": async (page) => {
    await parkSome();
    await consolePage(page);
    await page.locator("#stuck .actions .danger").first().click();
    return "dialog .lines li";
  },
  "console, timeline": async (page) => {
    await parkSome();
    await consolePage(page);
    await page.click("#stuck table button");
    return "dialog tbody tr";
  },
  "console, added up": async (page) => {
    await consolePage(page);
    await page.click("#check");
    return "section:has(#check) .notice";
  },
  "console, without the role": async (page) => {
    await consolePage(page, "user");
    return "#stuck .quiet";
  },
  "console, rooms": async (page) => {
    await consolePage(page);
    await page.click("nav a[href='#/rooms']");
    return "form.card";
  },
  "console, concerts": async (page) => {
    await consolePage(page, "admin");
    await page.click("nav a[href='#/concerts']");
    return "section .lines";
  },
  "console, new concert": async (page) => {
    await consolePage(page, "admin");
    await page.click("nav a[href='#/concerts']");
    await page.click("main .actions .primary");
    await page.click("dialog .check input");
    return "dialog #c-max";
  },
  "console, new date": async (page) => {
    await consolePage(page, "admin");
    await page.click("nav a[href='#/concerts']");
    await page.locator("section .small").first().click();
    return "dialog #s-venue";
  },
};

// Tickets at the door; each state has one of its own.
const doorPage = async (page, role) => {
  await consolePage(page, role);
  await page.click("nav a[href='#/door']");
  await page.waitForSelector("#ticket-text");
};
let tickets = 0;
async function someTicket() {
  const buyer = await house.as(`holder${++tickets}`);
  const {reservationId, paymentId} = await buyer.buy(crowdless, [`A-${tickets}`]);
  const {ticket} = await buyer.get(`/v1/reservations/${reservationId}/ticket`);
  return {buyer, paymentId, ticket};
}
async function scan(page, text, found) {
  await page.fill("#ticket-text", text);
  await page.keyboard.press("Enter");
  return found;
}
Object.assign(states, {
  "door, waiting for a ticket": async (page) => {
    await doorPage(page);
    await page.waitForSelector("#door option:nth-child(2)", {state: "attached"});
    return ".verdicts .empty";
  },
  "door, without the role": async (page) => {
    await doorPage(page, "user");
    return "main > .notice.warning";
  },
  "door, let in": async (page) => {
    const {ticket} = await someTicket();
    await doorPage(page);
    await page.waitForSelector("#door option:nth-child(2)", {state: "attached"});
    return scan(page, ticket, ".verdict.good");
  },
  "door, valid": async (page) => {
    const {ticket} = await someTicket();
    await doorPage(page);
    await page.uncheck("#admit");
    return scan(page, ticket, ".verdict.good .lead");
  },
  "door, already in": async (page) => {
    const {ticket} = await someTicket();
    await oper.post("/v1/admin/tickets/verify", {ticket, admit: true});
    await doorPage(page);
    return scan(page, ticket, ".verdict.warning");
  },
  "door, no ticket": async (page) => {
    await doorPage(page);
    return scan(page, "https://example.com/", ".verdict.bad");
  },
  "door, refunded": async (page) => {
    const {buyer, paymentId, ticket} = await someTicket();
    await buyer.post(`/v1/payments/${paymentId}/refunds`, {});
    await doorPage(page);
    return scan(page, ticket, ".verdict.bad");
  },
  "door, another date": async (page) => {
    const {ticket} = await someTicket();
    await doorPage(page);
    await page.waitForSelector(`#door option[value="${sale.scheduleId}"]`, {state: "attached"});
    await page.selectOption("#door", sale.scheduleId);
    return scan(page, ticket, ".verdict.bad");
  },
  "door, not checked": async (page) => {
    await doorPage(page);
    await page.route("**/v1/admin/tickets/verify", (route) => route.abort());
    return scan(page, "T1.AAAA", ".verdict.unknown");
  },
  "door, camera": async (page) => {
    await consolePage(page);
    await page.evaluate(() => {
      window.BarcodeDetector = class {
        async detect() { return []; }
      };
      const canvas = Object.assign(document.createElement("canvas"), {width: 320, height: 240});
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#456";
      pen.fillRect(0, 0, 320, 240);
      navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
    });
    await page.click("nav a[href='#/door']");
    await page.click("#camera");
    return ".camera:not(.off)";
  },
});

let parked = false;
async function parkSome() {
  if (parked) return;
  parked = true;
  const asked = [];
  for (const seat of ["C-149", "C-147"]) {
    const buyer = await house.as(`unlucky-${seat}`);
    const held = await buyer.hold(sale, [seat]);
    await buyer.post("/v1/points/charges", {amount: held.amount});
    asked.push({buyer, held, queue: await buyer.join(sale.concertId)});
  }
  const unlock = await lockWrites(join(house.folder, "reservation.db"));
  const payments =
    await Promise.all(asked.map(({buyer, held, queue}) => buyer.post("/v1/payments",
                                  {reservationId: held.reservationId}, {"Queue-Token": queue})));
  for (const {paymentId} of payments)
    await eventually(
      async () => (await oper.get(`/v1/admin/sagas/${paymentId}`)).state === "PARKED",
      "it is parked");
  await unlock();
}

// A theme changes colours and nothing else.
async function violations(page, scheme) {
  const runOnly =
    scheme === "light" ? {type: "tag", values: tags} : {type: "rule", values: ["color-contrast"]};
  if (scheme === "light") await page.evaluate(axe.source);
  const found = await page.evaluate(
    (what) => axe.run(document, {runOnly: what, resultTypes: ["violations"]}), runOnly);
  return found.violations.map(
    (one) =>
      `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

for (const [name, reach] of Object.entries(states)) {
  if (only && !new RegExp(only).test(name)) continue;
  for (const [language, locale] of [["en", "en-US"], ["ko", "ko-KR"]]) {
    test(`${name}, ${language}`, async () => {
      const {context, faults} =
        await openContext(browser, house, {locale, reducedMotion: "reduce"}, strict, issuer);
      const page = await context.newPage();
      await page.waitForSelector(await reach(page));
      const found = [];
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({colorScheme});
        for (const width of [1280, 360]) {
          await page.setViewportSize({width, height: width === 360 ? 740 : 860});
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          if (wide > width) found.push(`${width} px: the page is ${wide} px wide`);
          if (pictures) await picture(page, `${name}-${language}-${colorScheme}-${width}`);
        }
        for (const one of await violations(page, colorScheme)) found.push(`${colorScheme}: ${one}`);
      }
      assert.deepEqual([...new Set([...found, ...faults])], []);
      await context.close();
    });
  }
}

async function picture(page, name) {
  mkdirSync(pictures, {recursive: true});
  await page.waitForTimeout(150);  // the map is drawn with the next frame
  await page.screenshot({path: join(pictures, `${name.replaceAll(/[ ,]+/g, "_")}.png`)});
}
