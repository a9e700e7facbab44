import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { failure, KEY, rejection, send, serve } from "./server.mjs";

const SECRET = /s{20}/;
const everything = { depth: 20, showHidden: true, getters: true };

test("whatever prints a client does not show its key", async (t) => {
  const { layers } = await serve(t, { body: {} });
  for (const text of [
    inspect(layers, everything),
    inspect(layers.leasedAccounts, everything),
    inspect(layers.withOptions({ timeout: 1000 }), everything),
    JSON.stringify(layers),
    JSON.stringify(layers.leasedAccounts),
    JSON.stringify(Object.assign({}, layers)),
    String(layers),
  ]) {
    assert.doesNotMatch(text, SECRET);
  }
});

test("whatever prints an error does not show the key", async (t) => {
  const { client } = await serve(t, (request, response) => {
    if (request.url === "/v1/whoami") response.socket.resetAndDestroy();
    else send(response, failure(500, "INTERNAL"));
  });
  const layers = client({ maxRetries: 0 });
  const errors = [
    await rejection(layers.whoami()),
    await rejection(layers.organizations.create({ name: "a" })),
    await rejection(layers.organizations.retrieve({ orgId: "" })),
    await rejection(
      client({ fetch: () => Promise.reject(new Error("no")) }).whoami({ timeout: 1000 }),
    ),
  ];
  for (const error of errors) {
    const text = `${inspect(error, everything)} ${JSON.stringify(error)} ${error.stack}`;
    assert.doesNotMatch(text, SECRET);
  }
});

test("the log has a line for each try, without keys and bodies", async (t) => {
  const lines = [];
  const { client } = await serve(t, [
    failure(503, "UNAVAILABLE"),
    "reset",
    { body: { secret: "an answer" } },
  ]);
  const logger = { debug: (message) => lines.push(message) };
  const layers = client({ logger });
  await layers.organizations.update({ orgId: "org_1", name: "a body" });
  assert.equal(lines.length, 3);
  const path = "PATCH /v1/organizations/\\{orgId\\}";
  assert.match(lines[0], new RegExp(`^${path}: 503, req_1, \\d+ ms, try 1$`));
  assert.match(
    lines[1],
    new RegExp(`^${path}: APIConnectionError, no request id, \\d+ ms, try 2$`),
  );
  assert.match(lines[2], new RegExp(`^${path}: 200, req_1, \\d+ ms, try 3$`));
  assert.doesNotMatch(lines.join("\n"), /s{20}|a body|an answer|org_1/);
});

test("LAYERS_LOG=debug writes the log to standard error; without it there is none", async (t) => {
  const { baseUrl } = await serve(t, { body: {} });
  const { Layers } = await import("@layers/partner");
  const lines = [];
  t.mock.method(console, "error", (line) => lines.push(line));
  t.after(() => delete process.env.LAYERS_LOG);
  await new Layers({ apiKey: KEY, baseUrl }).whoami();
  assert.deepEqual(lines, []);
  process.env.LAYERS_LOG = "debug";
  await new Layers({ apiKey: KEY, baseUrl }).whoami();
  assert.match(lines[0], /^GET \/v1\/whoami: 200, req_1, \d+ ms, try 1$/);
});

test("a logger that fails loses no answer", async (t) => {
  const { layers, seen } = await serve(t, { body: { id: "txn_1" } });
  const logger = {
    debug: () => {
      throw new Error("The disk is full.");
    },
  };
  const call = { orgId: "org_1", credits: 1 };
  const answer = await layers.withOptions({ logger }).organizations.credits.allocate(call);
  assert.equal(answer.id, "txn_1");
  assert.equal(seen.length, 1);
});
