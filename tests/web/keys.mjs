// The keys of an identity provider change under load, and tokens name keys that nobody has.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {eventually, openHouse} from "./house.mjs";
import {openIssuer} from "./issuer.mjs";

let issuer, house;
before(async () => {
  issuer = await openIssuer();
  house = await openHouse([], issuer.trusted);
});
after(async () => {
  await house?.stop();
  await issuer?.stop();
});

const balanceOf = (token) =>
  fetch(`${house.url}/v1/points`, {headers: {Authorization: `Bearer ${token}`}});

test("a change of keys refuses no good token, under load", async () => {
  const old = await Promise.all(Array.from({length: 50}, (_, i) => issuer.sign(`old-${i}`)));
  const statuses = [];
  let isOver = false;
  const load = (of) => Array.from({length: 8}, async (_, lane) => {
    for (let i = lane; !isOver || i < of.length; i += 8)
      statuses.push((await balanceOf(of[i % of.length])).status);
  });
  const before = load(old);
  await eventually(() => statuses.length > 100, "the load runs");
  await issuer.rotate();
  const fresh = await Promise.all(Array.from({length: 50}, (_, i) => issuer.sign(`new-${i}`)));
  const {keys} = issuer.asked;
  const since = statuses.length;
  const after_ = load(fresh);
  await eventually(() => statuses.length > since + 400, "both are used");
  isOver = true;
  await Promise.all([...before, ...after_]);
  assert.deepEqual(statuses.filter((one) => one !== 200), []);
  assert.equal(issuer.asked.keys, keys + 1, "all of them waited for one fetch");
});

test("10,000 invented key ids make at most one fetch in 30 s", async () => {
  const good = await issuer.sign("good");
  const {keys} = issuer.asked;
  const began = performance.now();
  const statuses = new Map();
  const [head, ...rest] = good.split(".");
  const {alg} = JSON.parse(Buffer.from(head, "base64url"));
  let next = 0;
  await Promise.all(Array.from({length: 16}, async () => {
    while (next < 10_000) {
      const named = Buffer.from(JSON.stringify({alg, kid: `made-up-${++next}`}));
      const {status} = await balanceOf([named.toString("base64url"), ...rest].join("."));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }));
  assert.deepEqual([...statuses.keys()], [401], JSON.stringify([...statuses]));
  const most = 1 + Math.floor((performance.now() - began) / 30_000);
  assert.ok(issuer.asked.keys - keys <= most, `${issuer.asked.keys - keys} fetches`);
  assert.equal((await balanceOf(good)).status, 200);
});
