// Logging in at an identity provider, and all that may go wrong on the way there and back.
import assert from "node:assert/strict";
import {after, before, beforeEach, test} from "node:test";

import {eventually, openBrowser, openContext, openHouse, openSale} from "./house.mjs";
import {audience, openIssuer} from "./issuer.mjs";

let issuer, house, browser, sale;
before(async () => {
  issuer = await openIssuer();
  house = await openHouse(issuer.settings.concat("auth.dev=true"), issuer.trusted);
  issuer.serve(house.url);
  browser = await openBrowser();
  sale = await openSale(house, {
    sections: [{name: "A", rows: 10, seatsPerRow: 20, price: 9000}],
  });
});
after(async () => {
  await browser?.close();
  await house?.stop();
  await issuer?.stop();
});
beforeEach(() => Object.assign(issuer.how, {
  accessTokenSeconds: 3600,
  givesRefreshTokens: true,
  isAway: false,
  audience,
  onward: (to) => to
}));

let people = 0;
const somebody = (name = "fan") => `${name}${++people}`;
const seatsOf = () => `${house.url}/#/schedules/${sale.scheduleId}`;
const open = (options) => openContext(browser, house, options, issuer);

async function logIn(page, name) {
  await page.click("#log-in");
  await page.fill("#who", name);
  await page.click("#in");
}

// A person with a page, logged in, on the map of the seats.
async function enter(name = somebody(), options = {}) {
  const {context, faults} = await open(options);
  const page = await context.newPage();
  await page.goto(seatsOf());
  await logIn(page, name);
  await page.waitForSelector(".canvas:not(.pending) canvas");
  return {name, page, context, faults};
}

async function hold(page) {
  await page.click(".best button");
  await page.waitForSelector("#charge");
}

async function pay(page) {
  await page.click("#charge");
  await page.click("#pay:not([disabled])");
  await page.waitForSelector("#ticket");
}

// All that a page has written down.
const written = (page) => page.evaluate(
  () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href]));

// The tokens that a page shows to the server, the newest last.
function tokensOf(page) {
  const seen = [];
  page.on("request", (request) => {
    const said = request.headers().authorization;
    if (request.url().startsWith(house.url) && said && seen.at(-1) !== said) seen.push(said);
  });
  return seen;
}

test("a purchase after a log-in, whose token is written nowhere", async () => {
  const name = somebody();
  const {context, faults} = await open();
  const page = await context.newPage();
  const tokens = tokensOf(page);
  await page.goto(seatsOf());
  await logIn(page, name);
  await page.waitForSelector(".canvas:not(.pending) canvas");
  assert.equal(page.url(), seatsOf(), "one comes back to where one was, and nothing else is there");
  assert.equal((await page.textContent(".who")).toLowerCase(), name);
  await hold(page);
  await pay(page);
  assert.equal(tokens.length, 1);
  const token = tokens[0].slice("Bearer ".length);
  const kept = await written(page);
  assert.ok(!kept.includes(token) && !kept.includes(token.split(".")[2]), kept);
  assert.doesNotMatch(kept, /eyJ|code=|verifier/);
  await page.goBack();
  assert.doesNotMatch(page.url(), /code=|state=/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("the console knows an operator by the claim that the settings name", async () => {
  const {context, faults} = await open();
  for (const [name, sees] of [[somebody("oper"), "operator"], [somebody(), "user"]]) {
    const page = await context.newPage();
    await page.goto(`${house.url}/console#/rooms`);
    await logIn(page, name);
    await page.waitForSelector(`main > .hint:has-text("${sees}")`);
    assert.equal(page.url(), `${house.url}/console#/rooms`);
    await page.click("nav a[href='#/']");
    await page.waitForSelector(sees === "operator" ? "#check" : "#stuck >> text=Only operators");
    await page.click(".side .plain >> nth=0");
    await page.click("#end");
    await page.waitForSelector("#log-in");
    await page.close();
  }
  assert.deepEqual(faults, []);
  await context.close();
});

for (const [locale, words] of [
       ["en-US", /cancelled or refused/], ["ko-KR", /취소되었거나 거부되어/]])
  test(`a refusal at the provider is told in words, ${locale}`, async () => {
    const {context, faults} = await open({locale});
    const page = await context.newPage();
    await page.goto(seatsOf());
    await page.click("#log-in");
    await page.click("#no");
    assert.match(await page.textContent(".notice"), words);
    assert.equal(page.url(), seatsOf());
    await logIn(page, somebody());
    await page.waitForSelector(".who");
    assert.deepEqual(faults, []);
    await context.close();
  });

test("an answer that this tab did not ask for logs nobody in", async () => {
  const {context} = await open();
  const page = await context.newPage();
  const before = {...issuer.asked};
  const isTold = async () => {
    await page.goto(`${house.url}/#/mine`);
    await page.reload();
    await page.waitForSelector("#log-in");
  };
  for (const query of ["code=stolen&state=invented", "error=access_denied&state=invented"]) {
    await page.goto(`${house.url}/?${query}#/mine`);
    assert.match(await page.textContent(".notice.bad"), /did not begin on this page/);
    assert.equal(page.url(), `${house.url}/#/mine`);
    await isTold();
  }
  // The right way back with another state, and then once more what was already used.
  await page.click("#log-in");
  let back = "";
  issuer.how.onward = (to) => {
    const other = new URL(to, issuer.url);
    if (other.origin !== house.url) return to;
    back = other.href;
    other.searchParams.set("state", "another");
    return other.href;
  };
  await page.fill("#who", somebody());
  await page.click("#in");
  await page.waitForURL(`${house.url}/`);
  await page.goto(`${house.url}/#/mine`);
  await page.waitForSelector(".notice.bad:has-text('did not begin')");
  await page.goto(back);
  await page.goto(`${house.url}/#/mine`);
  await page.waitForSelector(".notice.bad:has-text('did not begin')");
  assert.equal(issuer.asked.code, before.code, "no code was redeemed");
  await context.close();
});

test("a code that somebody else was faster with is told in words", async () => {
  const {context} = await open();
  const page = await context.newPage();
  await page.goto(seatsOf());
  await page.route(`${issuer.url}/token`, async (route) => {
    const request = route.request();
    await fetch(request.url(), {
      method: "POST",
      body: request.postData(),
      headers: {"Content-Type": "application/x-www-form-urlencoded"}
    });
    await route.continue();
  });
  await logIn(page, somebody());
  assert.match(await page.textContent(".notice.bad"), /took too long, or was used before/);
  await context.close();
});

test("a token is renewed while seats are held, and nothing on the page is made anew", async () => {
  issuer.how.accessTokenSeconds = 8;
  const before = issuer.asked.refresh;
  const {page, context, faults} = await enter();
  const tokens = tokensOf(page);
  await hold(page);
  await page.evaluate(() => {
    document.querySelector("#charge").dataset.mark = "the same";
  });
  const address = page.url();
  await eventually(() => issuer.asked.refresh > before, "it is renewed");
  assert.equal(await page.getAttribute("#charge", "data-mark"), "the same");
  assert.equal(page.url(), address);
  await pay(page);
  assert.ok(tokens.length >= 2, "the new one is used");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a request that comes too late is repeated with another token", async () => {
  const {page, context} = await enter();
  await hold(page);
  const tokens = tokensOf(page);
  const refusal = {
    status: 401,
    json: {code: "unauthenticated", status: 401, title: "", detail: ""}
  };
  await page.route("**/v1/**", async (route) => {
    const isOld = route.request().headers().authorization === tokens[0];
    await (isOld ? route.fulfill(refusal) : route.continue());
  });
  await pay(page);
  assert.equal(tokens.length, 2);
  await context.close();
});

test("without a refresh token one goes there and back before it ends, with the hold", async () => {
  Object.assign(issuer.how, {givesRefreshTokens: false, accessTokenSeconds: 62});
  const {page, context, faults} = await enter();
  await hold(page);
  const address = page.url();
  const {code, forms} = issuer.asked;
  issuer.how.accessTokenSeconds = 3600;
  await page.click("#stay");
  await eventually(() => issuer.asked.code > code, "it is logged in again");
  await pay(page);
  assert.equal(page.url(), address);
  assert.equal(issuer.asked.forms, forms, "nobody was asked");
  assert.deepEqual(faults, []);
  await context.close();
});

test("at its end one goes there and back by oneself, when nothing is lost by it", async () => {
  Object.assign(issuer.how, {givesRefreshTokens: false, accessTokenSeconds: 3});
  const {context} = await open();
  const page = await context.newPage();
  await page.goto(`${house.url}/#/mine`);
  const {code} = issuer.asked;
  page.on("request", (request) => {
    if (request.url().includes("prompt=none")) issuer.how.accessTokenSeconds = 3600;
  });
  await logIn(page, somebody());
  await eventually(() => issuer.asked.code === code + 2, "it is logged in again");
  await page.waitForSelector(".who");
  await page.waitForSelector(".empty");
  await context.close();
});

test("who is typing at its end is not taken away, and hears of it", async () => {
  issuer.how.givesRefreshTokens = false;
  const {context} = await open();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${house.url}/console#/concerts`);
  await logIn(page, somebody("oper"));
  await page.click("main .actions .primary");
  await page.fill("#c-title", "Half a title");
  const {code, discovery} = issuer.asked;
  await page.clock.fastForward(3_601_000);
  await page.waitForSelector("#stay", {state: "attached"});
  assert.equal(await page.inputValue("#c-title"), "Half a title");
  const refusal = {
    status: 401,
    json: {code: "unauthenticated", status: 401, title: "", detail: ""}
  };
  await page.route("**/v1/**", (route) => route.fulfill(refusal));
  await page.fill("#c-artist", "Nobody");
  await page.click("dialog .primary");
  await page.waitForSelector(".notice.info:has-text('Your log-in ended at')", {state: "attached"});
  assert.deepEqual([issuer.asked.code, issuer.asked.discovery], [code, discovery]);
  await context.close();
});

test("a reload logs in again without a word; when the provider forgets, it asks", async () => {
  const {page, context, name, faults} = await enter();
  const {forms} = issuer.asked;
  await page.reload();
  await page.waitForSelector(".canvas:not(.pending) canvas");
  assert.equal((await page.textContent(".who")).toLowerCase(), name);
  assert.equal(page.url(), seatsOf());
  assert.equal(issuer.asked.forms, forms);
  await context.clearCookies();
  await page.reload();
  await page.waitForSelector("#log-in");
  assert.equal(await page.locator(".notice").count(), 0, "that is nothing to complain about");
  assert.equal(page.url(), seatsOf());
  const {discovery} = issuer.asked;
  await page.reload();
  await page.waitForSelector("#log-in");
  assert.equal(issuer.asked.discovery, discovery, "it is not tried again");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a second tab has it from the first; signing out ends it in both, and at the provider",
  async () => {
    const {page, context, faults} = await enter();
    const {code} = issuer.asked;
    const second = await context.newPage();
    await second.goto(`${house.url}/#/mine`);
    await second.waitForSelector(".who");
    assert.equal(issuer.asked.code, code);
    await second.click(".side .plain >> nth=0");
    await second.click("#end");
    await second.waitForURL(`${house.url}/`);
    await page.waitForSelector("#log-in");
    await second.click("nav a[href='#/mine']");
    await second.click("#log-in");
    await second.waitForSelector("#who");
    assert.deepEqual(faults, []);
    await context.close();
  });

test("tabs that renew at the same time use the refresh token once", async () => {
  issuer.how.accessTokenSeconds = 8;
  const {page, context} = await enter();
  const second = await context.newPage();
  await second.goto(`${house.url}/#/mine`);
  await second.waitForSelector(".who");
  issuer.how.accessTokenSeconds = 3600;
  const {refresh} = issuer.asked;
  const renewed = (of) => of.waitForFunction(
    async () =>
      (await navigator.locks.query()).held.every((one) => one.name !== "boxoffice.renewal"));
  await eventually(() => issuer.asked.refresh > refresh, "one of them has renewed it");
  await Promise.all([renewed(page), renewed(second)]);
  await second.click("nav a[href='#/']");
  assert.equal(issuer.asked.refresh, refresh + 1);
  assert.equal(await second.locator(".who").count(), 1);
  assert.equal(await page.locator(".who").count(), 1);
  await context.close();
});

test("while the provider is away that is told, and pages can be read", async () => {
  const {context, faults} = await open();
  const page = await context.newPage();
  await page.goto(seatsOf());
  await page.waitForSelector("#log-in");
  issuer.how.isAway = true;
  await page.click("#log-in");
  assert.match(await page.textContent(".notice.bad"), /cannot be reached right now/);
  await page.click("nav a[href='#/']");
  await page.waitForSelector("a.concert");
  issuer.how.isAway = false;
  await page.goto(seatsOf());
  await logIn(page, somebody());
  await page.waitForSelector(".canvas:not(.pending) canvas");
  issuer.how.isAway = true;
  await page.reload();
  await page.waitForSelector(".notice.bad:has-text('cannot be reached')");
  issuer.how.isAway = false;
  await page.reload();
  await page.waitForSelector(".canvas:not(.pending) canvas");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a token that the server does not take is told once, without going round in circles",
  async () => {
    issuer.how.audience = "https://elsewhere.example";
    const {context} = await open();
    const page = await context.newPage();
    await page.goto(`${house.url}/#/mine`);
    const {code} = issuer.asked;
    await logIn(page, somebody());
    await page.waitForSelector(".notice.bad:has-text('do not fit')");
    await page.reload();
    await page.waitForSelector("#log-in");
    assert.ok(issuer.asked.code <= code + 2, "the log-in and one renewal");
    await context.close();
  });

test("with auth.dev a name is enough, too", async () => {
  const {context} = await open();
  const page = await context.newPage();
  await page.goto(`${house.url}/#/mine`);
  await page.waitForSelector("#log-in");
  await page.fill("#name", "jane");
  await page.click("form .primary");
  await page.waitForSelector(".empty");
  await page.reload();
  await page.waitForSelector(".empty");
  await context.close();
});
