// Makes the pictures of README.md: PICTURES=docs/pictures tests/web/check pictures BINARY
import {join} from "node:path";
import {test} from "node:test";

import {eventually, lockWrites, openBrowser, openContext, openHouse, openSale, signIn} from "./house.mjs";

const folder = process.env.PICTURES;

test("the pictures of the first page", async () => {
  const house = await openHouse([
    "payment.undo_tries_max=2", "payment.step_ms=50", "payment.deadline_seconds=1",
    "payment.answer_ms=500"
  ]);
  const browser = await openBrowser();
  const {context} = await openContext(browser, house, {viewport: {width: 960, height: 640}});
  const page = await context.newPage();
  const keep = async (name) => {
    await page.mouse.move(0, 0);
    await page.waitForTimeout(300);  // the last frame is drawn
    await page.screenshot({path: join(folder, `${name}.png`)});
  };
  let seed = 11;
  const random = (below) => (seed = seed * 16807 % 2147483647) % below;
  const sale = await openSale(house, {
    title: "Stadium of Lights",
    waitingRoom: {activeMax: 60, admitPerSecond: 50},
    sections: [
      {name: "FLOOR", rows: 6, seatsPerRow: 18, price: 132_000},
      {name: "STAND", rows: 7, seatsPerRow: 26, price: 77_000}
    ]
  });
  for (let i = 0; i < 40; ++i) {
    const [section, count] = i % 3 ? ["FLOOR", 108] : ["STAND", 182];
    const first = 1 + Math.min(random(count - 1), random(count - 1));
    const fan = await house.as(`fan${i}`);
    const seats = [`${section}-${first}`, `${section}-${first + 1}`];
    await (i % 6 ? fan.buy(sale, seats) : fan.hold(sale, seats)).catch(() => undefined);
  }

  await page.goto(`${house.url}/#/schedules/${sale.scheduleId}`);
  await signIn(page, "mina");
  await page.waitForSelector(".canvas:not(.pending) canvas");
  await page.click("summary");
  await page.selectOption("#row", "5");
  for (let i = 0; i < 2; ++i) await page.locator(".seat.free").nth(8).click();
  await page.click("summary");
  await page.evaluate(() => scrollTo(0, 0));
  await keep("seats");
  await page.click("#hold");
  await page.click("#charge");
  await page.click("#pay:not([disabled])");
  await page.waitForSelector("#ticket");
  await page.setViewportSize({width: 880, height: 560});
  await keep("ticket");

  const oper = await house.as("oper", "operator");
  const crowded = await openSale(
    house, {title: "Stadium of Lights", waitingRoom: {activeMax: 20, admitPerSecond: 1}});
  for (let i = 0; i < 61; ++i) await (await house.as(`ahead${i}`)).join(crowded.concertId);
  await page.evaluate(() => localStorage.clear());
  await page.goto(`${house.url}/#/schedules/${crowded.scheduleId}`);
  await page.reload();
  await signIn(page, "jisoo");
  await page.waitForSelector(".waiting");
  await page.setViewportSize({width: 880, height: 690});
  await keep("waiting");

  const other = await openSale(house, {title: "Night of Echoes"});
  const unlucky = await house.as("unlucky");
  const held = await unlucky.hold(other, ["A-1"]);
  await unlucky.post("/v1/points/charges", {amount: held.amount});
  const queue = await unlucky.join(other.concertId);
  const unlock = await lockWrites(join(house.folder, "reservation.db"));
  const {paymentId} =
    await unlucky.post("/v1/payments", {reservationId: held.reservationId}, {"Queue-Token": queue});
  await eventually(async () => (await oper.get(`/v1/admin/sagas/${paymentId}`)).state === "PARKED",
    "it is parked");
  await unlock();
  await page.evaluate(() => localStorage.clear());
  await page.setViewportSize({width: 1240, height: 560});
  await page.goto(`${house.url}/console`);
  await signIn(page, "oper", "operator");
  await page.waitForSelector("#stuck table");
  for (let i = 0; i < 60; ++i) {
    const fan = await house.as(`late${i}`);
    await fan.buy(other, [`B-${1 + i}`]);
    if (i % 4 === 0) await fan.hold(other, ["B-1"]).catch(() => undefined);
    await page.waitForTimeout(60 + random(400));
  }
  await keep("console");
  await browser.close();
  await house.stop();
});
