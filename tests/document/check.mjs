// Whether the server's API document is true and of use: read by the programs that others read it with.
//   node check.mjs HERE URL PACKAGES    in a folder of its own below PACKAGES; see ./check
// Writes what Schemathesis is to start from to seeds.json.
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020.js";
import createClient from "openapi-fetch";

const [, , here, url, packages] = process.argv;
const document = await (await fetch(`${url}/openapi.json`)).json();
writeFileSync("openapi.json", JSON.stringify(document));

const tests = [];
const test = (name, run) => tests.push({ name, run });
function expect(holds, what) {
  if (!holds) throw new Error(what);
}
function run(program, ...words) {
  const ran = spawnSync(join(packages, "node_modules/.bin", program), words, { encoding: "utf8" });
  expect(ran.status === 0, `${program}: ${ran.stdout}${ran.stderr}${ran.error ?? ""}`);
  return ran.stdout;
}

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false });
addFormats(ajv);
ajv.addVocabulary(["openapi", "info", "servers", "tags", "paths", "components"]);
ajv.addSchema({ $id: "document", components: document.components });

// Whether an answer is one that the document has for its operation: status, headers, type, schema.
const seen = new Map();
function check(method, path, response, body) {
  const operation = document.paths[path]?.[method.toLowerCase()];
  expect(operation !== undefined, `no operation ${method} ${path}`);
  let declared = operation.responses[response.status];
  expect(declared !== undefined, `${method} ${path}: ${response.status} is not declared`);
  const name = `${operation.operationId} ${response.status}`;
  if (declared.$ref) declared = document.components.responses[declared.$ref.split("/").pop()];
  expect(response.headers.has("x-request-id"), `${name}: no X-Request-Id`);
  for (const header of ["location", "retry-after", "etag", "idempotent-replayed"]) {
    const known = Object.keys(declared.headers).some((each) => each.toLowerCase() === header);
    expect(known || !response.headers.has(header), `${name}: ${header} is not declared`);
  }
  const type = (response.headers.get("content-type") ?? "").split(";")[0];
  const content = declared.content?.[type];
  expect(content !== undefined || (type === "" && !declared.content), `${name}: ${type} is not declared`);
  seen.set(name, type);
  if (!type.endsWith("json")) return;
  const schema = JSON.parse(JSON.stringify(content.schema).replaceAll('"#/', '"document#/'));
  const valid = ajv.compile(schema);
  expect(valid(JSON.parse(body)), `${name}: ${ajv.errorsText(valid.errors)} in ${body}`);
}

test("Spectral has no warning", () => {
  run("spectral", "lint", "openapi.json", "--ruleset", join(here, "spectral.yaml"), "--fail-severity=hint");
});

test("Redocly has no warning", () => {
  const said = run("redocly", "lint", "openapi.json", "--config", join(here, "redocly.yaml"));
  expect(!/warning/i.test(said), said);
});

test("examples are as their schemas say", () => {
  for (const [name, schema] of Object.entries(document.components.schemas))
    for (const example of schema.examples ?? []) {
      const valid = ajv.compile({ $ref: `document#/components/schemas/${name}` });
      expect(valid(example), `${name}: ${ajv.errorsText(valid.errors)}`);
    }
});

test("names lead somewhere, and every name is used", () => {
  const text = JSON.stringify(document);
  for (const [kind, parts] of Object.entries(document.components))
    for (const name of Object.keys(parts))
      if (kind !== "securitySchemes")
        expect(text.includes(`"#/components/${kind}/${name}"`), `nobody uses ${kind}/${name}`);
});

test("a client that is made of it buys a ticket, and every answer is declared", async () => {
  writeFileSync("package.json", '{"type":"module"}');
  copyFileSync(join(here, "buy.ts"), "buy.ts");
  run("openapi-typescript", "openapi.json", "--output", "api.ts");
  run("tsc", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--module", "nodenext", "buy.ts");
  const { buy, open } = await import(join(process.cwd(), "buy.js"));
  const api = createClient({ baseUrl: url });
  api.use({
    async onResponse({ request, response, schemaPath }) {
      check(request.method, schemaPath, response, await response.clone().text());
    },
  });
  await buy(api);
  writeFileSync("seeds.json", JSON.stringify(await open(api, 1000, "admin")));
  expect(seen.size >= 25, `only ${[...seen.keys()]}`);
});

test("pages load nothing but our style, and links in them lead somewhere", async () => {
  const pages = ["/docs", "/problems/seat_taken", "/problems/seat_taken?lang=ko"];
  const known = new Set();
  for (const page of pages) {
    const answer = await fetch(url + page, { headers: { Accept: "text/html" } });
    const text = await answer.text();
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(/default-src 'none'/.test(policy) && !/unsafe/.test(policy), `${page}: ${policy}`);
    expect(!/<script|<style|style=|https?:/.test(text), `${page} has a script, a style or another place`);
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map((each) => each[1]));
    for (const [, target] of text.matchAll(/ href="([^"]+)"/g)) {
      if (target.startsWith("#")) expect(ids.has(target.slice(1)), `${page}: ${target} is not there`);
      else if (!target.startsWith("?")) known.add(target);
    }
  }
  for (const target of known) {
    const answer = await fetch(url + target, { headers: { Accept: "text/html" } });
    expect(answer.status === 200, `${target} is ${answer.status}`);
  }
  const codes = document.components.schemas.ProblemCode.enum;
  for (const code of codes) expect(known.has(`/problems/${code}`), `/docs has no link to ${code}`);
});

let failed = 0;
for (const { name, run: once } of tests) {
  try {
    await once();
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}\n        ${error.message}`);
  }
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
