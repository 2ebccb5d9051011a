// How the pages are served: forms, caching, the policy, what is not there, and what a visit weighs.
import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {get} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {gunzipSync} from "node:zlib";

import {openBrowser, openContext, openHouse, openSale, signIn} from "./house.mjs";

let house, browser;
before(async () => {
  house = await openHouse();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

// As it comes over the wire; fetch would unpack it.
function raw(path, headers = {}, from = house) {
  return new Promise((resolve, reject) => {
    get(from.url + path, {headers, agent: false}, (answer) => {
      const parts = [];
      answer.on("data", (some) => parts.push(some));
      answer.on("end",
        () => resolve(
          {status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts)}));
    }).on("error", reject);
  });
}

const assetsOf =
  async (path) => [...(await raw(path)).body.toString().matchAll(/"(\/assets\/[^"]+)"/g)].map(
    (one) => one[1]);

for (const path of ["/", "/console"]) {
  test(`${path} is asked for again by its tag, under a strict policy`, async () => {
    const first = await raw(path);
    assert.equal(first.status, 200);
    assert.equal(first.headers["content-type"], "text/html; charset=utf-8");
    assert.equal(first.headers["cache-control"], "no-cache");
    assert.equal(first.headers["x-content-type-options"], "nosniff");
    assert.equal(first.headers["referrer-policy"], "no-referrer");
    const policy = first.headers["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe/);
    const again = await raw(path, {"If-None-Match": first.headers.etag});
    assert.equal(again.status, 304);
    assert.equal(again.body.length, 0);
    assert.match(first.body.toString(), /data-sign-in="dev"/);
  });

  test(`what ${path} loads may be kept for ever, plain or as gzip`, async () => {
    const assets = await assetsOf(path);
    assert.ok(assets.length >= 3, String(assets));
    for (const asset of assets) {
      const plain = await raw(asset);
      assert.equal(plain.status, 200);
      assert.match(plain.headers["cache-control"], /immutable/);
      assert.equal(plain.headers["content-encoding"], undefined);
      const packed = await raw(asset, {"Accept-Encoding": "gzip"});
      if (packed.headers["content-encoding"] === "gzip") {
        assert.deepEqual(gunzipSync(packed.body), plain.body);
        assert.notEqual(packed.headers.etag, plain.headers.etag);
        const known =
          await raw(asset, {"Accept-Encoding": "gzip", "If-None-Match": packed.headers.etag});
        assert.equal(known.status, 304);
      }
    }
  });
}

test("what is no page is a problem", async () => {
  const [asset] = (await assetsOf("/")).filter((one) => one.endsWith(".js"));
  const folder = asset.slice(0, asset.lastIndexOf("/"));
  for (const path of ["/index.html", "/console/", "/assets", `${folder}/none.js`,
         `${folder}/..%2findex.html`, `${folder}/booking.js.gz`, `${folder}/`,
         "/assets/0000000000000000/booking.js", "/favicon.ico"]) {
    const answer = await raw(path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.headers["content-type"], "application/problem+json");
  }
});

test("a link keeps the parameters that others have added to it", async () => {
  for (const path of ["/?utm_source=news", "/console?a=1&a=2"])
    assert.equal((await raw(path)).status, 200, path);
});

test("web.enabled = false serves none of them", async () => {
  const closed = await openHouse(["web.enabled=false"]);
  for (const path of ["/", "/console", "/docs", "/docs/style.css", ...await assetsOf("/")])
    assert.equal((await raw(path, {}, closed)).status, 404, path);
  // What programs read stays, and a problem is explained to them.
  const document = JSON.parse((await raw("/openapi.json", {}, closed)).body);
  assert.deepEqual(Object.keys(document.paths).filter((one) => !one.startsWith("/v1/")).sort(),
    ["/healthz", "/metrics", "/openapi.json", "/problems/{code}", "/readyz"]);
  const told = await raw("/problems/seat_taken", {"Accept": "text/html"}, closed);
  assert.equal(told.headers["content-type"], "application/json");
  assert.equal((await raw("/v1/concerts", {}, closed)).status, 200);
  await closed.stop();
});

test("a server without auth.dev asks for a token, and takes a good one", async () => {
  const secret = "s".repeat(32);
  const strict = await openHouse(["auth.dev=false", `auth.secret=${secret}`]);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({alg: "HS256", typ: "JWT"})}.${part({sub: "jane", role: "user", exp: 4e9})}`;
  const token = `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  assert.match((await raw("/", {}, strict)).body.toString(), /data-sign-in="none"/);
  const {context} = await openContext(browser, strict);
  const page = await context.newPage();
  await page.goto(`${strict.url}/#/mine`);
  await page.fill("#token", "nonsense");
  await page.click("form .primary");
  await page.waitForSelector("form .notice.bad");
  await page.fill("#token", ` ${token} `);
  await page.click("form .primary");
  await page.waitForSelector(".empty");
  assert.equal(await page.locator(".who").textContent(), "jane");
  // A token that the server does not take signs out again.
  await page.evaluate(
    () => localStorage.setItem("boxoffice.session",
      localStorage.getItem("boxoffice.session").replace(/"token":"[^"]*/, '"token":"a.b.c')));
  await page.reload();
  await page.waitForSelector("#token");
  await context.close();
  await strict.stop();
});

test("web.dir serves a folder as it is now", async () => {
  const folder = mkdtempSync(join(tmpdir(), "boxoffice-pages-"));
  mkdirSync(join(folder, "assets"));
  const other = await openHouse([`web.dir=${folder}`]);
  assert.equal((await raw("/", {}, other)).status, 404);
  writeFileSync(join(folder, "index.html"), "<p>one");
  assert.equal((await raw("/", {}, other)).body.toString(), "<p>one");
  writeFileSync(join(folder, "index.html"), "<p>two");
  const answer = await raw("/", {}, other);
  assert.equal(answer.body.toString(), "<p>two");
  writeFileSync(join(folder, "assets", "one.js"), "1");
  writeFileSync(join(folder, "assets", "secret.txt"), "1");
  assert.equal((await raw("/assets/any/one.js", {}, other)).status, 200);
  assert.equal((await raw("/assets/any/secret.txt", {}, other)).status, 404);
  await other.stop();
  rmSync(folder, {recursive: true});
});

// The bytes of pages and assets, as they were sent, until `reach` is there.
async function weightUntil(reach) {
  const {context, faults} = await openContext(browser, house);
  const page = await context.newPage();
  const waiting = [];
  page.on("response", (answer) => {
    const {pathname} = new URL(answer.url());
    if (pathname === "/" || pathname === "/console" || pathname.startsWith("/assets/"))
      waiting.push(answer.request().sizes().then((it) => it.responseBodySize));
  });
  await reach(page);
  const sizes = await Promise.all(waiting);
  assert.deepEqual(faults, []);
  await context.close();
  assert.ok(sizes.length >= 3);
  return sizes.reduce((sum, one) => sum + one, 0);
}

const limits = {
  "the line": 20,
  "a purchase": 45,
  "the console": 80
};
const visits = {
  "the line": async (page) => {
    const sale = await openSale(house, {waitingRoom: {activeMax: 1, admitPerSecond: 1}});
    await (await house.as("inside")).join(sale.concertId);
    await page.goto(`${house.url}/#/schedules/${sale.scheduleId}`);
    await signIn(page, "waits");
    await page.waitForSelector(".waiting");
  },
  "a purchase": async (page) => {
    const sale = await openSale(house);
    await page.goto(`${house.url}/#/schedules/${sale.scheduleId}`);
    await signIn(page, "buys");
    await page.click(".best button");
    await page.click("#charge");
    await page.click("#pay:not([disabled])");
    await page.waitForSelector("#ticket");
    await page.click("#ticket a");
    await page.waitForSelector("table");
  },
  "the console": async (page) => {
    await page.goto(`${house.url}/console`);
    await signIn(page, "admin1", "admin");
    await page.waitForSelector("#stuck");
  },
};
for (const [name, reach] of Object.entries(visits)) {
  test(`${name} weighs at most ${limits[name]} KB`, async () => {
    const bytes = await weightUntil(reach);
    console.log(`# ${name}: ${bytes} bytes of pages, as gzip`);
    assert.ok(bytes > 3000 && bytes <= limits[name] * 1024, String(bytes));
  });
}
