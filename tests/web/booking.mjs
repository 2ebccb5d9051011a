// Buying a seat in a browser, as people do it and as it goes wrong.
import assert from "node:assert/strict";
import {createRequire} from "node:module";
import {after, before, test} from "node:test";

import {eventually, openBrowser, openContext, openHouse, openSale, signIn} from "./house.mjs";

// Debian's own, which the pages are made with.
const qrcode = createRequire(import.meta.url)("/usr/share/nodejs/qrcode-generator/qrcode.js");

let house, browser;
before(async () => {
  house = await openHouse();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

let people = 0;
const somebody = (name) => `${name}${++people}`;
const soldOf = async (sale) => {
  const {seats} = await (await fetch(`${house.url}/v1/schedules/${sale.scheduleId}/seats`)).json();
  return seats.filter((one) => one.status === "SOLD").map((one) => one.seat);
};

// Moves a pointer over the map until it is on that seat, and says where that is.
async function findOnMap(page, wanted) {
  await page.waitForSelector(".canvas:not(.pending) canvas");
  const found = await page.evaluate(async (text) => {
    const canvas = document.querySelector("canvas");
    const box = canvas.getBoundingClientRect();
    for (let y = box.top + 8; y < box.bottom; y += 9)
      for (let x = box.left + 8; x < box.right; x += 9) {
        canvas.dispatchEvent(new PointerEvent("pointermove", {clientX: x, clientY: y}));
        await new Promise((resolve) => setTimeout(resolve));
        if (document.querySelector(".hover").textContent.startsWith(text)) return {x, y};
      }
    return null;
  }, wanted);
  assert.ok(found, `${wanted} is on the map`);
  return found;
}

async function openSeats(page, sale, user) {
  await page.goto(`${house.url}/#/schedules/${sale.scheduleId}`);
  await signIn(page, user);
  await page.waitForSelector(".canvas:not(.pending) canvas");
}

async function chooseInList(page, seats) {
  if (!(await page.locator("details.list").getAttribute("open").then((it) => it !== null)))
    await page.click("summary");
  for (const seat of seats) await page.click(`.seat[aria-label^="${seat},"]`);
}

async function chargeAndPay(page) {
  await page.click("#charge");
  await page.click("#pay:not([disabled])");
  await page.waitForSelector("#ticket");
}

test("by mouse, through the waiting room, to the ticket", async () => {
  const sale =
    await openSale(house, {title: "Aurora", waitingRoom: {activeMax: 1, admitPerSecond: 10}});
  const first = await house.as(somebody("first"));
  const inside = await first.join(sale.concertId);
  const second = await house.as(somebody("second"));
  const ahead = await second.join(sale.concertId);
  const {context, faults} = await openContext(browser, house);
  const page = await context.newPage();
  await page.goto(house.url);
  await page.click("a.concert:has-text('Aurora')");
  await page.click(".row .button");
  await signIn(page, somebody("mouse"));
  await page.waitForSelector(".waiting");
  assert.equal(await page.locator(".waiting .huge").textContent(), "2");
  assert.match(await page.title(), /^\(2\)/);

  // The place is the person's: a reload and another tab have it, too.
  await page.reload();
  assert.equal(await page.locator(".waiting .huge").textContent(), "2");
  await page.close();
  const again = await context.newPage();
  await again.goto(`${house.url}/#/schedules/${sale.scheduleId}`);
  assert.equal(await again.locator(".waiting .huge").textContent(), "2");
  await second.delete(`/v1/queue/tokens/${ahead}`);
  await eventually(
    async () => await again.locator(".waiting .huge").textContent() === "1", "the line moves");
  await first.delete(`/v1/queue/tokens/${inside}`);

  const at = await findOnMap(again, "A-4 ");
  await again.mouse.click(at.x, at.y);
  assert.match(await again.locator(".basket .lines").textContent(), /A-4/);
  await again.click("#hold");
  await chargeAndPay(again);
  assert.match(await again.locator("#ticket").textContent(), /A-4/);
  assert.deepEqual(await soldOf(sale), ["A-4"]);
  assert.deepEqual(faults, []);
  await context.close();
});

// Presses Tab until the element has the focus, as somebody without a mouse does.
async function tabTo(page, selector) {
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector))
      return;
  }
  throw new Error(`Tab never reaches ${selector}`);
}

for (const [locale, free] of [["en-US", "Free"], ["ko-KR", "선택 가능"]]) {
  test(`by keyboard alone, in ${locale}`, async () => {
    const title = `Keys ${locale}`;
    const sale = await openSale(house, {title});
    const {context, faults} = await openContext(browser, house, {locale});
    const page = await context.newPage();
    await page.goto(house.url);
    await page.waitForSelector("a.concert");
    await tabTo(page, `a[href="#/concerts/${sale.concertId}"]`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".row .button");
    await tabTo(page, ".row .button");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#name");
    await tabTo(page, "#name");
    await page.keyboard.type(somebody("keys"));
    await page.keyboard.press("Enter");
    await page.waitForSelector(".canvas:not(.pending) canvas");
    await tabTo(page, "summary");
    await page.keyboard.press("Enter");
    await tabTo(page, "#section");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, "#row");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, ".seat");
    for (let i = 0; i < 2; ++i) await page.keyboard.press("ArrowRight");
    // Row 2 of B begins with seat 15, and this is its third.
    const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.match(label, new RegExp(`^B-17, .*${free}$`));
    await page.keyboard.press("Space");
    await tabTo(page, "#hold");
    await page.keyboard.press("Enter");
    for (const selector of ["#charge", "#pay"]) {
      await page.waitForSelector(`${selector}:not([disabled])`);
      await tabTo(page, selector);
      await page.keyboard.press("Enter");
    }
    await page.waitForSelector("#ticket");
    assert.deepEqual(await soldOf(sale), ["B-17"]);
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test("a chosen seat that a rival takes is named, and the nearest at its price is one click away",
  async () => {
    const sale = await openSale(house);
    const {context} = await openContext(browser, house);
    const page = await context.newPage();
    await openSeats(page, sale, somebody("slow"));
    await chooseInList(page, ["A-5"]);
    const rival = await house.as(somebody("rival"));
    await rival.hold(sale, ["A-5"]);
    await page.click(".notice:has-text('A-5') button:has-text('A-')");
    const offered = await page.locator(".basket .lines li span").first().textContent();
    assert.match(offered, /^A-(4|6)$/);
    await page.click("#hold");
    await page.waitForSelector("#charge");
    await context.close();
  });

test("a hold that comes too late names the seats that are gone", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  // No stream, and from some moment on no answer: the map stays as it is.
  let answers = true;
  await page.route(
    /\/seats\/stream/, (route) => route.fulfill({status: 404, json: {code: "not_found"}}));
  await page.route(/\/seats$/, (route) => answers ? route.continue() : route.abort());
  await openSeats(page, sale, somebody("late"));
  await chooseInList(page, ["A-1", "A-2"]);
  answers = false;
  const rival = await house.as(somebody("rival"));
  await rival.hold(sale, ["A-2"]);
  await page.click("#hold");
  await page.waitForSelector(".notice:has-text('A-2')");
  assert.match(await page.locator(".basket .lines").textContent(), /A-1/);
  assert.doesNotMatch(await page.locator(".basket .lines").textContent(), /A-2/);
  await context.close();
});

for (const lostPart of ["question", "answer"]) {
  test(`a payment whose ${lostPart} is lost: the reload shows the ticket, paid once`, async () => {
    const sale = await openSale(house);
    const {context} = await openContext(browser, house);
    const page = await context.newPage();
    const user = somebody("cut");
    await openSeats(page, sale, user);
    await chooseInList(page, ["A-7"]);
    await page.click("#hold");
    await page.click("#charge");
    await page.waitForSelector("#pay:not([disabled])");
    let lost = 0;
    await page.route("**/v1/payments", async (route) => {
      if (lostPart === "answer") await route.fetch();  // the server has it
      ++lost;
      await route.abort("connectionreset");
    });
    await page.click("#pay");
    await page.waitForSelector(".checkout .notice");
    assert.ok(lost >= 1);
    await page.unroute("**/v1/payments");
    await page.reload();
    await page.waitForSelector("#ticket");
    const token =
      JSON.parse(await page.evaluate(() => localStorage.getItem("boxoffice.session"))).token;
    const ledger = await (await fetch(`${house.url}/v1/points/transactions`, {
      headers: {Authorization: `Bearer ${token}`}
    })).json();
    assert.deepEqual(ledger.items.map((one) => one.kind), ["USE", "CHARGE"]);
    await context.close();
  });
}

test("a lost answer to a hold is found again by the reload", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, somebody("cut"));
  await chooseInList(page, ["A-9"]);
  let lost = 0;
  await page.route("**/v1/reservations", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    ++lost;
    return route.abort("connectionreset");
  });
  await page.click("#hold");
  await eventually(() => lost > 0, "the hold is sent");
  await page.unroute("**/v1/reservations");
  await page.reload();
  await page.waitForSelector("#charge");
  assert.match(await page.locator(".checkout").textContent(), /A-9/);
  await context.close();
});

for (const shift of [3_600_000, -3_600_000]) {
  test(
    `a clock that is off by ${shift / 60_000} minutes does not change the countdown`, async () => {
      const sale = await openSale(house);
      const {context} = await openContext(browser, house);
      await context.addInitScript((ms) => {
        const Real = Date;
        globalThis.Date = class extends Real {
          constructor(...from) { super(...(from.length === 0 ? [Real.now() + ms] : from)); }
          static now() { return Real.now() + ms; }
        };
      }, shift);
      const page = await context.newPage();
      const user = somebody("clock");
      await openSeats(page, sale, user);
      await chooseInList(page, ["A-3"]);
      const asked = Date.now();
      await page.click("#hold");
      const text = await page.locator(".countdown .huge").textContent();
      const [minutes, seconds] = text.split(":").map(Number);
      const left = 60 * minutes + seconds;
      const passed = (Date.now() - asked) / 1000;
      assert.ok(left <= 301 && left >= 298 - passed, `${text} after ${passed} s`);
      await context.close();
    });
}

test("the last minute is announced, once, and the end of it shown", async () => {
  const sale = await openSale(house, {holdSeconds: 61});
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, somebody("hears"));
  await chooseInList(page, ["A-1"]);
  await page.click("#hold");
  await page.waitForSelector("#charge");
  await page.locator(".unseen").filter({hasText: "60 seconds left to pay"}).waitFor({
    state: "attached"
  });
  assert.equal(await page.locator(".countdown.short").count(), 1);
  await context.close();
});

test("more time is asked for by keyboard, once, and nothing jumps", async () => {
  const sale = await openSale(house, {holdSeconds: 61, holdExtensionSeconds: 120});
  const name = somebody("more");
  const {context, faults} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, name);
  await chooseInList(page, ["A-1"]);
  await page.click("#hold");
  await page.waitForSelector("#more");
  const said = (text) =>
    page.locator(".unseen").filter({hasText: text}).waitFor({state: "attached"});
  await said("60 seconds left to pay. You can ask for more time.");
  const placeOfButton = async () => (await page.locator("#charge").boundingBox()).y;
  const before = await placeOfButton();
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/extension")) ++asked;
  });
  await tabTo(page, "#more");
  await page.keyboard.press("Enter");
  await said("You have more time: pay until");
  await page.waitForSelector("#more", {state: "detached"});
  assert.equal(await placeOfButton(), before);
  assert.equal(await page.evaluate(() => document.activeElement.id), "charge");
  assert.match(await page.locator(".countdown .huge").textContent(), /^[23]:/);
  assert.equal(await page.locator(".countdown.short").count(), 0);
  const id = page.url().split("/").at(-1);
  const buyer = await house.as(name);
  const {heldAt, expiresAt, extendedAt} = await buyer.get(`/v1/reservations/${id}`);
  assert.equal(Date.parse(expiresAt) - Date.parse(heldAt), 181_000);
  assert.ok(extendedAt < expiresAt);
  await page.reload();
  await page.waitForSelector(".more:has-text('You have more time: pay until')");
  assert.equal(await page.locator("#more").count(), 0);
  await chargeAndPay(page);
  assert.deepEqual([asked, faults], [1, []]);
  await context.close();
});

test("a lost answer to a wish for more time is found again by the reload", async () => {
  const sale = await openSale(house, {holdExtensionSeconds: 60});
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, somebody("more"));
  await chooseInList(page, ["A-1"]);
  await page.click("#hold");
  let lost = 0;
  await page.route("**/extension", async (route) => {
    await route.fetch();
    ++lost;
    await route.abort("connectionreset");
  });
  await page.click("#more");
  await eventually(() => lost > 0, "it is sent");
  await page.unroute("**/extension");
  await page.reload();
  await page.waitForSelector(".more:has-text('You have more time: pay until')");
  assert.equal(await page.locator(".checkout .notice").count(), 0);
  await context.close();
});

test("where no more time is offered, nothing offers it", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, somebody("short"));
  await chooseInList(page, ["A-1"]);
  await page.click("#hold");
  await page.waitForSelector("#charge");
  assert.equal(await page.locator("#more, .more").count(), 0);
  await context.close();
});

test("a hold that has ended says so, and nothing is paid", async () => {
  const sale = await openSale(house, {holdSeconds: 2});
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, somebody("slow"));
  await chooseInList(page, ["A-1"]);
  await page.click("#hold");
  await page.waitForSelector(".checkout .notice.warning");
  assert.equal(await page.locator("#pay").count(), 0);
  await page.reload();
  await page.waitForSelector(".notice.warning");
  await context.close();
});

test("two tabs follow one map, and one of them asks for both", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, house);
  const one = await context.newPage();
  await openSeats(one, sale, somebody("tabs"));
  const two = await context.newPage();
  await two.goto(`${house.url}/#/schedules/${sale.scheduleId}`);
  await two.waitForSelector(".canvas:not(.pending) canvas");
  const asked = [0, 0];
  for (const [i, page] of [one, two].entries()) {
    page.on("request", (request) => {
      if (/\/seats(\/|$|\?)/.test(new URL(request.url()).pathname)) ++asked[i];
    });
    await page.click("summary");
  }
  const rival = await house.as(somebody("rival"));
  for (const seat of ["A-1", "A-2"]) {
    await rival.hold(sale, [seat]);
    for (const page of [one, two]) await page.waitForSelector(`.seat.held[aria-label^="${seat},"]`);
  }
  assert.equal(asked.filter((count) => count > 0).length <= 1, true, `both asked: ${asked}`);
  // The tab that asks goes away, and the other takes over.
  await one.close();
  await rival.hold(sale, ["A-8"]);
  await two.waitForSelector('.seat.held[aria-label^="A-8,"]');
  await context.close();
});

// Which modules are dark, as the ticket's picture draws them.
function pathOf(text, level) {
  const code = qrcode(0, level);
  code.addData(text);
  code.make();
  let path = "";
  for (let row = 0; row < code.getModuleCount(); ++row)
    for (let column = 0; column < code.getModuleCount(); ++column)
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  return path;
}

test("the code is that of the signed ticket, and the number stands beside it", async () => {
  const sale = await openSale(house);
  const name = somebody("code");
  const {context, faults} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, name);
  await page.click(".best button");
  await chargeAndPay(page);
  const id = page.url().split("/").at(-1);
  const {ticket} = await (await house.as(name)).get(`/v1/reservations/${id}/ticket`);
  assert.equal(await page.locator(".qr path").getAttribute("d"), pathOf(ticket, "M"));
  assert.match(await page.locator(".stub").textContent(), new RegExp(id));
  assert.deepEqual(faults, []);
  await context.close();
});

test("a ticket whose code cannot be had says so, and gets it when it can", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await page.route(
    "**/ticket", (route) => route.fulfill({status: 503, json: {code: "unavailable"}}), {times: 1});
  await openSeats(page, sale, somebody("codeless"));
  await page.click(".best button");
  await chargeAndPay(page);
  assert.match(await page.locator(".stub .notice.warning").textContent(), /The seats are yours/);
  await page.click(".stub button");
  await page.waitForSelector(".qr");
  await context.close();
});

test("a refund gives the points back", async () => {
  const sale = await openSale(house);
  const {context} = await openContext(browser, house);
  const page = await context.newPage();
  await openSeats(page, sale, somebody("refund"));
  await page.selectOption("#how-many", "2");
  await page.click(".best button");
  await chargeAndPay(page);
  await page.click("#ticket button:has-text('Refund')");
  await page.click("dialog .danger");
  await page.waitForSelector("main .notice.info");
  await page.goto(`${house.url}/#/mine`);
  await page.waitForSelector("main .huge:has-text('₩198,000')");
  assert.deepEqual(await soldOf(sale), []);
  await context.close();
});
