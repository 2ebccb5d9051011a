// The parts of the pages that need no browser: streams, seats, metrics, the server's clock.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

let folder, events, seats, metrics, clock;
before(async () => {
  globalThis.setInterval = () => 0;  // nothing ticks here
  folder = mkdtempSync(join(tmpdir(), "boxoffice-units-"));
  const load = async (path) => {
    const file = join(folder, `${path.replaceAll("/", "_")}.mjs`);
    execFileSync("esbuild", [
      "--bundle", "--format=esm", "--log-level=warning",
      "--define:document.documentElement.dataset.signIn=\"dev\"", "--define:localStorage={}",
      `--outfile=${file}`, join(process.env.ROOT, "web", path)
    ]);
    return import(file);
  };
  globalThis.addEventListener ??= () => undefined;
  [events, seats, metrics, clock] = await Promise.all(
    ["core/events.ts", "core/seats.ts", "console/metrics.ts", "core/clock.ts"].map(load));
});
after(() => rmSync(folder, {recursive: true}));

function random(seed) { return (below) => (seed = seed * 48271 % 2147483647) % below; }

test("events are the same however their bytes are cut", () => {
  const text =
    ": a comment\r\nevent: hello\r\ndata: {\"a\":1}\r\n\r\nid: 1.7\nevent: delta\ndata: one\ndata:two\n\n" +
    "data: plain\r\rid: 1.8\rdata:\r\r";
  const wanted = [
    {event: "hello", data: "{\"a\":1}", id: ""}, {event: "delta", data: "one\ntwo", id: "1.7"},
    {event: "message", data: "plain", id: "1.7"}, {event: "message", data: "", id: "1.8"}
  ];
  for (let seed = 1; seed <= 500; ++seed) {
    const next = random(seed);
    const heard = [];
    const feed = events.eventReader((one) => heard.push(one));
    for (let at = 0; at < text.length;) {
      const size = 1 + next(9);
      feed(text.slice(at, at + size));
      at += size;
    }
    feed("\n");
    assert.deepEqual(heard, wanted, `seed ${seed}`);
  }
});

const schedule = {
  sections: [
    {name: "A", rows: 2, seatsPerRow: 5, price: 100},
    {name: "B2", rows: 3, seatsPerRow: 4, price: 50},
    {name: "C", rows: 1, seatsPerRow: 3, price: 100}
  ]
};

test("a seat has the name that the server gives it, in its row", () => {
  const map = new seats.SeatMap(schedule);
  assert.equal(map.count, 25);
  for (let i = 0; i < map.count; ++i) assert.equal(map.indexOf(map.seat(i).name), i);
  const {name, row, number} = map.seat(16);
  assert.deepEqual([name, row, number], ["B2-7", 2, 3]);
  for (const none of ["A-0", "A-11", "D-1", "A", "", "B2-x"])
    assert.equal(map.indexOf(none), -1, none);
});

test("packed states are unpacked, low bits of a byte first", () => {
  assert.deepEqual([...seats.unpackStates("JAE", 6)], [0, 1, 2, 0, 1, 0]);
  assert.deepEqual([...seats.unpackStates("_-8", 4)], [3, 3, 3, 3]);  // base64url
});

test("deltas one after the other give the same map as all at once", () => {
  for (let seed = 1; seed <= 1000; ++seed) {
    const next = random(seed);
    const map = new seats.SeatMap(schedule);
    map.version = 1;
    const truth = new Uint8Array(map.count);
    for (let step = 0; step < 20; ++step) {
      const delta = {from: map.version, to: map.version + 1 + next(3), a: [], h: [], s: []};
      let at = next(6);
      while (at < map.count) {
        const size = Math.min(1 + next(4), map.count - at);
        const state = next(3);
        [delta.a, delta.h, delta.s][state].push(at, size);
        truth.fill(state, at, at + size);
        at += size + next(6);
      }
      assert.equal(seats.applyDelta(map, delta), true);
      assert.equal(map.version, delta.to);
      assert.deepEqual(map.states, truth, `seed ${seed}`);
    }
  }
});

test("a delta that does not follow on what is known changes nothing", () => {
  const map = new seats.SeatMap(schedule);
  map.version = 5;
  assert.equal(seats.applyDelta(map, {from: 4, to: 6, a: [], h: [], s: [0, 5]}), false);
  assert.deepEqual([map.version, map.states[0]], [5, 0]);
});

test("the nearest equal seat is free, costs the same and is the nearest", () => {
  const map = new seats.SeatMap(schedule);
  map.states.fill(2, 0, 10);
  map.states[3] = 0;
  map.states[7] = 0;
  assert.equal(map.nearest(2, new Set()), 3);
  assert.equal(map.nearest(2, new Set([3])), 7);
  assert.equal(map.nearest(2, new Set([3, 7])), 24, "another section at the same price");
  map.states.fill(2, 22, 25);
  assert.equal(map.nearest(2, new Set([3, 7])), -1);
});

test("99 of 100 observations between two readings lie below the bound", () => {
  const page = (fast, slow) =>
    metrics.readMetrics(`# HELP t x\nt_bucket{route="/a",le="0.01"} ${fast}\n` +
        `t_bucket{route="/a",le="0.1"} ${fast + slow}\nt_bucket{route="/a",le="+Inf"} ${
          fast + slow}\n` +
        `t_count{route="/a"} ${fast + slow}\nplain 7\n`,
      1000 * (fast + slow));
  assert.equal(metrics.p99(page(0, 0), page(100, 1), "t"), 0.01);
  assert.equal(metrics.p99(page(0, 0), page(100, 2), "t"), 0.1);
  assert.equal(metrics.p99(page(100, 2), page(100, 2), "t"), null);
  assert.equal(metrics.sum(page(1, 0), "plain"), 7);
  assert.equal(metrics.rate(page(10, 0), page(20, 0), "t_count"), 1);
});

test("the server's clock is found from whole seconds, and again after ours was set", () => {
  const realNow = Date.now;
  try {
    let ours = 1_700_000_000_000;
    let ahead = 3_599_400;
    Date.now = () => ours;
    const hear = () => clock.noticeDate(
      new Date(Math.floor((ours + ahead) / 1000) * 1000).toUTCString(), ours, ours + 5);
    for (let i = 0; i < 40; ++i, ours += 137) hear();
    assert.ok(
      Math.abs(clock.serverNow() - (ours + ahead)) < 150, String(clock.serverNow() - ours - ahead));
    ours -= 7_200_000;
    ahead += 7_200_000;
    hear();
    assert.ok(Math.abs(clock.serverNow() - (ours + ahead)) < 1000);
    clock.noticeDate(null, ours, ours);
    clock.noticeDate("nonsense", ours, ours);
    assert.ok(Math.abs(clock.serverNow() - (ours + ahead)) < 1000);
  } finally {
    Date.now = realNow;
  }
});
