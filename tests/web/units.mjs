// The parts of the pages that need no browser: streams, seats, metrics, the server's clock.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

let folder, events, seats, metrics, clock, oidc;
before(async () => {
  globalThis.setInterval = () => 0;  // nothing ticks here
  globalThis.document = {documentElement: {dataset: {signIn: "dev"}}};
  folder = mkdtempSync(join(tmpdir(), "boxoffice-units-"));
  const load = async (path) => {
    const file = join(folder, `${path.replaceAll("/", "_")}.mjs`);
    execFileSync("esbuild", [
      "--bundle", "--format=esm", "--log-level=warning", "--define:localStorage={}",
      `--outfile=${file}`, join(process.env.ROOT, "web", path)
    ]);
    return import(file);
  };
  globalThis.addEventListener ??= () => undefined;
  [events, seats, metrics, clock, oidc] = await Promise.all(
    ["core/events.ts", "core/seats.ts", "console/metrics.ts", "core/clock.ts", "core/oidc.ts"].map(
      load));
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

const provider = {
  issuer: "https://id.example/realms/x",
  clientId: "pages",
  scope: "openid profile",
  resource: "urn:boxoffice",
  roleClaim: "realm_access.roles"
};
const reason = (name) => (problem) => problem.reason === name;
const jwt = (claims) => ["{}", JSON.stringify(claims), "x"]
                          .map((one) => Buffer.from(one).toString("base64url"))
                          .join(".");

test("the challenge is that of RFC 7636, appendix B", async () => {
  assert.equal(oidc.base64url(Uint8Array.from([
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
    105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121
  ])),
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  assert.equal(await oidc.challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  const drawn = new Set(Array.from({length: 100}, () => oidc.randomText()));
  assert.equal(drawn.size, 100);
  for (const one of drawn) assert.match(one, /^[A-Za-z0-9_-]{43}$/);
});

test("what is asked of a provider holds no secret, and keeps what its address had", async () => {
  const attempt = oidc.newAttempt("#/schedules/1", "https://tickets.example/", true);
  const url =
    new URL(await oidc.authorizeUrl("https://id.example/auth?tenant=1", provider, attempt));
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    tenant: "1",
    response_type: "code",
    client_id: "pages",
    redirect_uri: "https://tickets.example/",
    scope: "openid profile",
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await oidc.challengeOf(attempt.verifier),
    code_challenge_method: "S256",
    prompt: "none",
    resource: "urn:boxoffice",
    audience: "urn:boxoffice",
  });
  const loud = oidc.newAttempt("", "https://tickets.example/", false);
  const plain =
    new URL(await oidc.authorizeUrl("https://id.example/auth", {...provider, resource: ""}, loud));
  for (const none of ["prompt", "resource", "audience"])
    assert.equal(plain.searchParams.has(none), false, none);
});

test("endpoints are taken from the provider's own document, at its own origin", () => {
  const good = {
    issuer: provider.issuer,
    authorization_endpoint: "https://login.example/auth",
    token_endpoint: "https://id.example/token",
    end_session_endpoint: "https://id.example/end",
  };
  assert.deepEqual(oidc.readEndpoints(good, provider.issuer), {
    authorize: "https://login.example/auth",
    token: "https://id.example/token",
    endSession: "https://id.example/end"
  });
  assert.equal(
    oidc.readEndpoints({...good, end_session_endpoint: undefined}, provider.issuer).endSession,
    null);
  for (const bad of [null, [], {}, {...good, issuer: `${provider.issuer}/`},
         {...good, token_endpoint: "https://elsewhere.example/token"},
         {...good, token_endpoint: "/t"}, {...good, authorization_endpoint: "javascript:alert(1)"},
         {...good, authorization_endpoint: "http://id.example/auth"}])
    assert.throws(
      () => oidc.readEndpoints(bad, provider.issuer), reason("unfit"), JSON.stringify(bad));
  assert.equal(oidc.discoveryOf("https://id.example/"), oidc.discoveryOf("https://id.example"));
  assert.equal(oidc.discoveryOf(provider.issuer),
    "https://id.example/realms/x/.well-known/openid-configuration");
});

test("a code is taken from the answer to this attempt alone", () => {
  const attempt = oidc.newAttempt("#/mine", "https://tickets.example/", false);
  const code = (query, of = attempt) =>
    oidc.codeOf(new URLSearchParams(query), of, provider.issuer);
  const {state} = attempt;
  assert.equal(code({state, code: "c1"}), "c1");
  assert.equal(code({state, code: "c1", iss: provider.issuer}), "c1");
  for (const [query, of] of [[{state: "x", code: "c1"}], [{state: "", code: "c1"}],
         [{state, code: "c1", iss: "https://evil.example"}], [{state, code: "c1"}, null],
         [{state: "x", error: "access_denied"}]])
    assert.throws(() => code(query, of), reason("foreign"), JSON.stringify(query));
  assert.throws(() => code({state, error: "access_denied"}), reason("denied"));
  assert.throws(() => code({state, error: "login_required"}), reason("answered"));
  assert.throws(
    () => code({state, error: "login_required"}, {...attempt, silent: true}), reason("again"));
  assert.throws(() => code({state, error: "server_error"}, {...attempt, silent: true}),
    (problem) => problem.reason === "answered" && problem.message === "server_error");
});

test("tokens are read for whom they are, or not at all", () => {
  const claims = {sub: "auth0|1", exp: 5000, realm_access: {roles: ["guest", "operator"]}};
  const person =
    {iss: provider.issuer, aud: ["pages"], nonce: "n1", sub: "auth0|1", name: "홍길동"};
  const answer = {
    access_token: jwt(claims),
    id_token: jwt(person),
    expires_in: 600,
    refresh_token: "r1",
    token_type: "Bearer"
  };
  const read = (more, nonce = "n1", before = null) =>
    oidc.readTokens({...answer, ...more}, provider, 1_000_000, nonce, before);
  const first = read({});
  assert.deepEqual({...first.session, token: ""}, {
    user: "auth0|1",
    role: "operator",
    token: "",
    expiresAt: new Date(1_600_000).toISOString(),
    name: "홍길동",
    fleeting: true
  });
  assert.deepEqual(
    [first.refreshToken, first.endsAt, oidc.renewAt(first)], ["r1", 1_600_000, 1_450_000]);
  assert.equal(read({expires_in: undefined}).endsAt, 5_000_000, "else as its exp says");
  const renewed = read({refresh_token: undefined, id_token: undefined}, null, first);
  assert.deepEqual([renewed.refreshToken, renewed.idToken, renewed.session.name],
    ["r1", answer.id_token, "홍길동"], "what a renewal leaves out stays");

  for (const wrong
         of [{iss: "https://evil.example"}, {aud: "other"}, {nonce: "n2"}, {nonce: undefined}])
    assert.throws(
      () => read({id_token: jwt({...person, ...wrong})}), reason("foreign"), JSON.stringify(wrong));
  assert.throws(() => read({access_token: jwt({...claims, sub: "other"})}, null, first),
    reason("foreign"), "a renewal does not change the person");
  for (const access_token
         of [undefined, "", "opaque", "a.b.c", 7, jwt({exp: 5000}), jwt({...claims, sub: 7})])
    assert.throws(() => read({access_token}), reason("unfit"), String(access_token));
  assert.throws(
    () => read({expires_in: 0, access_token: jwt({...claims, exp: 900})}), reason("unfit"));
  for (const none of [null, "text", 7, []])
    assert.throws(() => oidc.readTokens(none, provider, 0, null, null), reason("unfit"));
});

test("the highest role counts, by name or path", () => {
  for (const [claims, path, role] of [[{role: "operator"}, "role", "operator"],
         [{}, "role", "user"], [{role: 7}, "role", "user"],
         [{role: ["user", "admin"]}, "role", "admin"], [{a: {b: ["operator"]}}, "a.b", "operator"],
         [{"a.b": "admin", a: {b: "user"}}, "a.b", "admin"], [{a: null}, "a.b", "user"],
         [{a: "x"}, "a.b.c", "user"]])
    assert.equal(oidc.roleOf(claims, path), role, JSON.stringify(claims));
});

test("refusals of the token endpoint have reasons", () => {
  for (const [status, answer, wanted] of [[400, {error: "invalid_grant"}, "late"],
         [401, {error: "invalid_client"}, "answered"], [400, null, "answered"], [503, null, "away"],
         [500, {error: "invalid_grant"}, "away"]])
    assert.equal(oidc.problemOfTokens(status, answer).reason, wanted, String(status));
});
