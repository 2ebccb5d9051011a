// What the tests of the pages stand on: a server that sells, people who ask it directly, a browser.
import {spawn, spawnSync} from "node:child_process";
import {randomUUID} from "node:crypto";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {chromium} from "playwright-core";

export const root = process.env.ROOT;
const patienceMs = 30_000;
const day = 86_400_000;

/** Waits until `holds()` is true; asks again every 50 ms. */
export async function eventually(holds, what) {
  const until = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A server of its own with a catalogue of its own; `stop` ends it. `file` is its settings file. */
export async function openHouse(settings = [], file = "") {
  const folder = mkdtempSync(join(tmpdir(), "boxoffice-web-"));
  const config = join(folder, "boxoffice.toml");
  writeFileSync(config, file);
  const words = [
    "auth.dev=true", ...(process.env.WEBDIR ? [`web.dir=${process.env.WEBDIR}`] : []), ...settings
  ].flatMap((one) => ["--set", one]);
  const server = spawn(process.env.BINARY,
    ["serve", "--config", config, "--data-dir", folder, "--listen", "127.0.0.1:0", ...words],
    {cwd: root, stdio: ["ignore", "pipe", "pipe"]});
  let log = "";
  server.stderr.on("data", (some) => {
    log += some;
  });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (some) => {
      said += some;
      const line = /boxoffice ready on (\S+)/.exec(said);
      if (line) resolve(line[1]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
  });
  const stop = async () => {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, {recursive: true});
  };
  return {url, folder, stop, as: (user, role = "user") => visitor(url, user, role)};
}

/** Somebody who asks the API without a page. A refusal is an error. */
export async function visitor(url, user, role) {
  let token = "";
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(url + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        ...(token ? {Authorization: `Bearer ${token}`} : {}),
        ...(body === undefined ? {} : {"Content-Type": "application/json"}),
        ...headers
      },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  token = (await ask("POST", "/v1/dev/tokens", {userId: user, role})).token;
  const post = (path, body, headers = {}) =>
    ask("POST", path, body, {"Idempotency-Key": randomUUID(), ...headers});
  const join_ = async (concertId) => (await post("/v1/queue/tokens", {concertId})).token;
  return {
    user,
    get: (path) => ask("GET", path),
    post,
    put: (path, body) => ask("PUT", path, body),
    delete: (path) => ask("DELETE", path),
    join: join_,
    hold: async (sale, seats, queueToken) =>
      post("/v1/reservations", {scheduleId: sale.scheduleId, seats},
        {"Queue-Token": queueToken ?? await join_(sale.concertId)}),
    buy: async (sale, seats) => {
      const queue = {"Queue-Token": await join_(sale.concertId)};
      const held = await post("/v1/reservations", {scheduleId: sale.scheduleId, seats}, queue);
      if (held.amount > 0) await post("/v1/points/charges", {amount: held.amount});
      return post("/v1/payments", {reservationId: held.reservationId}, queue);
    },
  };
}

/** A concert with one date that is on sale. */
export async function openSale(
  house, {title = "Night of Echoes", waitingRoom, sections, ...more} = {}) {
  const admin = await house.as("admin1", "admin");
  const concert = await admin.post("/v1/concerts", {
    title,
    artist: "The Long Delay",
    description: "One evening.",
    ...(waitingRoom ? {waitingRoom} : {})
  });
  const at = (shift) => new Date(Date.now() + shift).toISOString();
  const schedule = await admin.post(`/v1/concerts/${concert.concertId}/schedules`, {
    startsAt: at(30 * day),
    salesOpenAt: at(-3_600_000),
    salesCloseAt: at(29 * day),
    venue: "Harbour Hall",
    sections: sections ??
      [
        {name: "A", rows: 3, seatsPerRow: 10, price: 99_000},
        {name: "B", rows: 5, seatsPerRow: 14, price: 66_000}
      ],
    ...more,
  });
  return {concertId: concert.concertId, scheduleId: schedule.scheduleId};
}

/** Keeps an embedded database from being written, as another program would; the result ends it. */
export async function lockWrites(file) {
  const program =
    "import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1],timeout=10,isolation_level=None)\n" +
    "db.execute('BEGIN IMMEDIATE')\nprint('locked',flush=True)\nsys.stdin.read()";
  const holder = spawn("python3", ["-c", program, file], {stdio: ["pipe", "pipe", "inherit"]});
  await new Promise((resolve, reject) => {
    holder.stdout.once("data", resolve);
    holder.once("exit", () => reject(new Error("the lock was not taken")));
  });
  return async () => {
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    holder.stdin.end();
    await ended;
  };
}

export function runSql(file, text) {
  const program =
    "import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1],timeout=10)\ndb.executescript(sys.argv[2])";
  const {status, stderr} = spawnSync("python3", ["-c", program, file, text], {encoding: "utf8"});
  if (status !== 0) throw new Error(stderr);
}

export function openBrowser() {
  return chromium.launch({executablePath: "/usr/bin/chromium", args: ["--no-sandbox"]});
}

/**
 * Pages of one person, and what went wrong on them: in scripts, with the policy, to other hosts than the
 * house and `others`.
 */
export async function openContext(browser, house, options = {}, ...others) {
  const context =
    await browser.newContext({locale: "en-US", viewport: {width: 1280, height: 860}, ...options});
  context.setDefaultTimeout(patienceMs);
  const faults = [];
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation",
      (event) => console.error(`POLICY ${event.violatedDirective} ${event.blockedURI}`));
  });
  context.on("weberror", (error) => faults.push(String(error.error())));
  context.on("console", (message) => {
    if (/POLICY|Content Security Policy|TrustedHTML/.test(message.text()))
      faults.push(message.text());
  });
  context.on("request", (request) => {
    const isKnown = [house, ...others].some((one) => request.url().startsWith(`${one.url}/`));
    if (!isKnown && !/^(data|blob):/.test(request.url())) faults.push(`asks ${request.url()}`);
  });
  return {context, faults};
}

export async function signIn(page, user, role) {
  await page.fill("#name", user);
  if (role) await page.selectOption("#role", role);
  await page.click("form .primary");
}
