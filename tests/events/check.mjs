// Whether what we say of our events is true: read by the libraries that others read them with.
//   node check.mjs ROOT    with the packages of package-lock.json beside it or above; see ./check
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Parser, fromFile } from "@asyncapi/parser";
import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020.js";
import { CloudEvent, HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

const root = process.argv[2];
const text = (path) => readFileSync(join(root, path), "utf8");
const events = "docs/events";
const goldenNames = readdirSync(join(root, events, "golden")).sort();

const tests = [];
const test = (name, run) => tests.push({ name, run });
function expect(holds, what) {
  if (!holds) throw new Error(what);
}
function fails(run) {
  try {
    run();
  } catch {
    return true;
  }
  return false;
}

test("the AsyncAPI document has no errors and knows every type", async () => {
  const { document, diagnostics } = await fromFile(
    new Parser(),
    join(root, events, "asyncapi.yaml"),
  ).parse();
  const errors = diagnostics.filter((each) => each.severity === 0);
  expect(errors.length === 0, JSON.stringify(errors, null, 1));
  const known = new Set(document.allMessages().all().map((each) => each.name()));
  for (const name of goldenNames) {
    const { type } = JSON.parse(text(`${events}/golden/${name}`));
    expect(known.has(type), `${type} is in no message`);
  }
  const channels = document.allChannels().all();
  expect(channels.length === 4, `${channels.length} channels`);
  for (const channel of channels) {
    const forms = channel.id() === "webhook" ? 3 : 2; // POSTs come in batches too
    expect(channel.messages().all().length === forms, `messages of ${channel.id()}`);
  }
});

test("golden events are as their schemas say, and others are not", () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats(ajv);
  const seen = new Set();
  for (const name of goldenNames) {
    const schema = name.replace(/\.json$/, ".schema.json");
    const valid = ajv.compile(JSON.parse(text(`${events}/${schema}`)));
    seen.add(schema);
    const event = JSON.parse(text(`${events}/golden/${name}`));
    expect(valid(event), `${name}: ${ajv.errorsText(valid.errors)}`);
    expect(valid({ ...event, later: 1, data: { ...event.data, later: {} } }), "members are added");
    for (const member of Object.keys(event).filter((each) => each !== "traceparent")) {
      const { [member]: _, ...less } = event;
      expect(!valid(less), `${name} is valid without ${member}`);
    }
    for (const member of Object.keys(event.data)) {
      const { [member]: _, ...less } = event.data;
      expect(!valid({ ...event, data: less }), `${name} is valid without data.${member}`);
    }
    expect(!valid({ ...event, sequence: 7 }), "a sequence is a text");
    expect(!valid({ ...event, time: "yesterday" }), "a time is RFC 3339");
    expect(!valid({ ...event, type: "boxoffice.payment.lost.v1" }), "another type");
  }
  for (const schema of readdirSync(join(root, events)).filter((each) => each.endsWith(".schema.json")))
    expect(seen.has(schema), `${schema} has no golden event`);
});

test("golden events are CloudEvents", () => {
  for (const name of goldenNames) {
    const body = text(`${events}/golden/${name}`);
    const headers = { "content-type": "application/cloudevents+json; charset=utf-8" };
    const event = HTTP.toEvent({ headers, body });
    expect(event.validate(), name);
    const plain = JSON.parse(body);
    expect(new CloudEvent(plain, true).id === plain.id, name);
    for (const [member, value] of Object.entries(plain))
      expect(JSON.stringify(event[member]) === JSON.stringify(value), `${name}: ${member}`);
    expect(fails(() => new CloudEvent({ ...plain, source: "" }, true)), "a source is needed");
    expect(fails(() => new CloudEvent({ ...plain, Sequence: "1" }, true)), "names are in small letters");
  }
});

test("golden events in a batch are a batch of CloudEvents", () => {
  const bodies = goldenNames.map((name) => text(`${events}/golden/${name}`));
  const headers = { "content-type": "application/cloudevents-batch+json; charset=utf-8" };
  const read = HTTP.toEvent({ headers, body: `[${bodies.join(",")}]` });
  expect(Array.isArray(read) && read.length === bodies.length, "as many as there are");
  read.forEach((event, at) => {
    expect(event.validate(), goldenNames[at]);
    expect(event.id === JSON.parse(bodies[at]).id, "in their order");
  });
});

const signed = JSON.parse(text("tests/events/signed.json"));
const signedBody = text(signed.body);
const signedHeaders = {
  "webhook-id": signed.id,
  "webhook-timestamp": signed.timestamp,
  "webhook-signature": signed.signature,
};

// `verify(secret, headers, body)`: whether it takes the signature. The clock stands at its time.
function checkVerifier(verify) {
  const changed = (at) => signedBody.slice(0, at) + "~" + signedBody.slice(at + 1);
  expect(verify(signed.secret, signedHeaders, signedBody), "the new secret");
  expect(verify(signed.previousSecret, signedHeaders, signedBody), "the secret of before");
  for (const at of [0, signedBody.length >> 1, signedBody.length - 1])
    expect(!verify(signed.secret, signedHeaders, changed(at)), `with another byte at ${at}`);
  const another = "whsec_" + Buffer.alloc(32, 7).toString("base64");
  expect(!verify(another, signedHeaders, signedBody), "with another secret");
  for (const [name, value] of [
    ["webhook-id", "evt_1"],
    ["webhook-timestamp", String(Number(signed.timestamp) + 1)],
    ["webhook-timestamp", String(Number(signed.timestamp) - 301)],
    ["webhook-signature", "v1,"],
    ["webhook-signature", signed.signature.replaceAll("v1,", "v2,")],
  ])
    expect(!verify(signed.secret, { ...signedHeaders, [name]: value }, signedBody), name);
}

test("our signature is one of Standard Webhooks", () => {
  const now = Date.now;
  Date.now = () => Number(signed.timestamp) * 1000;
  try {
    checkVerifier((secret, headers, body) => !fails(() => new Webhook(secret).verify(body, headers)));
  } finally {
    Date.now = now;
  }
});

// The block of that language in the README of the events.
function snippet(language) {
  const found = text(`${events}/README.md`).match(new RegExp("```" + language + "\n([^]*?)```"));
  expect(found !== null, `no block of ${language}`);
  return found[1];
}

test("the README's JavaScript verifies it", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "boxoffice-events-"));
  try {
    const file = join(scratch, "verify.mjs");
    writeFileSync(file, snippet("js"));
    const { verify } = await import(pathToFileURL(file).href);
    checkVerifier((secret, headers, body) =>
      verify(secret, headers, Buffer.from(body), Number(signed.timestamp)),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("the README's Python verifies it", () => {
  const program =
    snippet("python") +
    "\nimport json, sys\nasked = json.load(sys.stdin)\n" +
    "print(verify(asked['secret'], asked['headers'], asked['body'].encode(), asked['now']))\n";
  checkVerifier((secret, headers, body) => {
    const input = JSON.stringify({ secret, headers, body, now: Number(signed.timestamp) });
    const ran = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    expect(ran.status === 0, ran.stderr || String(ran.error));
    return ran.stdout.trim() === "True";
  });
});

let failed = 0;
for (const { name, run } of tests) {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}\n        ${error.message}`);
  }
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
