import assert from "node:assert/strict";
import { test } from "node:test";
import { Layers } from "@layers/partner";
import { failure, KEY, PAGE, pausesOfLibrary, rejection, send, serve } from "./server.mjs";

const projectId = "prj_1";
const list = (layers, options) => layers.leasedAccounts.list({ projectId }, options);
const create = (layers, options) => layers.organizations.create({ name: "Corner Coffee" }, options);

for (const [name, answer] of Object.entries({
  408: failure(408, "REQUEST_TIMEOUT"),
  429: failure(429, "RATE_LIMITED"),
  500: failure(500, "INTERNAL"),
  503: failure(503, "UNAVAILABLE"),
  "409 of a first request that still runs": failure(409, "IDEMPOTENCY_IN_PROGRESS"),
  "the page of a proxy with 502": { status: 502, body: "<html>", headers: { "Retry-After": "0" } },
  "a code of the future with 500": failure(599, "NEW_CODE"),
  "a refusal that the server says is passing": failure(422, "VALIDATION", {
    headers: { "X-Should-Retry": "true" },
  }),
  "a connection that is reset": "reset",
  "an answer that is cut": "cut",
})) {
  test(`a request is sent again after ${name}`, async (t) => {
    const { layers, seen } = await serve(t, [answer, { body: PAGE }]);
    assert.deepEqual((await list(layers)).items, PAGE.items);
    assert.equal(seen.length, 2);
  });
}

for (const [name, answer] of Object.entries({
  KILL_SWITCH: failure(503, "KILL_SWITCH", { headers: { "X-Should-Retry": "true" } }),
  CONFLICT: failure(409, "CONFLICT", { headers: { "X-Should-Retry": "true" } }),
  IDEMPOTENCY_CONFLICT: failure(409, "IDEMPOTENCY_CONFLICT"),
  BILLING_EXHAUSTED: failure(402, "BILLING_EXHAUSTED", { headers: { "X-Should-Retry": "true" } }),
  "503 that the server says is not passing": failure(503, "UNAVAILABLE", {
    headers: { "X-Should-Retry": "false" },
  }),
  "another refusal": failure(422, "VALIDATION"),
  "409 with a code of the future": failure(409, "NEW_CODE"),
  "a Retry-After above 60 seconds": failure(503, "UNAVAILABLE", {
    headers: { "Retry-After": "61" },
  }),
})) {
  test(`a request is not sent again after ${name}`, async (t) => {
    const { client, seen } = await serve(t, answer);
    const error = await rejection(list(client({ timeout: 3_600_000 })));
    assert.equal(error.status, answer.status);
    assert.equal(seen.length, 1);
  });
}

test("all tries of a write carry the same key, and the error tells it", async (t) => {
  const { layers, seen } = await serve(t, failure(503, "UNAVAILABLE"));
  const error = await rejection(create(layers));
  const keys = seen.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys.length, 3);
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
  assert.equal(new Set(keys).size, 1);
  assert.equal(error.idempotencyKey, keys[0]);
  assert.notEqual((await rejection(create(layers))).idempotencyKey, keys[0]);
});

test("a write that never got an answer tells its key too", async (t) => {
  const { client, seen } = await serve(t, "reset");
  const error = await rejection(create(client({ maxRetries: 1 }), { idempotencyKey: "mine" }));
  assert.equal(error.name, "APIConnectionError");
  assert.equal(error.idempotencyKey, "mine");
  assert.equal(error.cause instanceof Error, true);
  assert.deepEqual(
    seen.map(({ headers }) => headers["idempotency-key"]),
    ["mine", "mine"],
  );
});

test("a read has no key", async (t) => {
  const { layers, seen } = await serve(t, failure(404, "NOT_FOUND"));
  assert.equal((await rejection(list(layers))).idempotencyKey, null);
  assert.equal("idempotency-key" in seen[0].headers, false);
});

test("maxRetries of a call and of a client says how often", async (t) => {
  const { client, seen } = await serve(t, failure(503, "UNAVAILABLE"));
  await rejection(list(client({ maxRetries: 4 })));
  assert.equal(seen.length, 5);
  await rejection(list(client({ maxRetries: 4 }), { maxRetries: 0 }));
  assert.equal(seen.length, 6);
});

test("a Retry-After that is a date of the past does not wait", async (t) => {
  const headers = { "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT" };
  const { layers, seen } = await serve(t, [
    failure(503, "UNAVAILABLE", { headers }),
    { body: PAGE },
  ]);
  await list(layers);
  assert.equal(seen.length, 2);
});

test("a Retry-After that is a date too far off is not waited for", async (t) => {
  const headers = { "Retry-After": new Date(Date.now() + 600_000).toUTCString() };
  const { client, seen } = await serve(t, failure(503, "UNAVAILABLE", { headers }));
  await rejection(list(client({ timeout: 3_600_000 })));
  assert.equal(seen.length, 1);
});

test("without Retry-After the pause is chance, up to 0.5 s doubled by each retry, at most 8 s", async (t) => {
  const fetch = () => Promise.resolve(new Response("", { status: 500 }));
  const layers = new Layers({ apiKey: KEY, fetch, maxRetries: 6, timeout: 3_600_000 });
  const pauses = pausesOfLibrary(t, 8000);
  t.mock.method(Math, "random", () => 0.5);
  await rejection(layers.whoami());
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 4000]);
});

test("a stream is sent once, and other content again", async (t) => {
  const { baseUrl, seen } = await serve(t, failure(503, "UNAVAILABLE"));
  const { LayersOperator } = await import("@layers/partner/operator");
  const operator = new LayersOperator({
    token: `lpo_01HX_${"s".repeat(43)}`,
    baseUrl,
    maxRetries: 1,
  });
  const upload = (content) =>
    rejection(operator.poolAccounts.importFile({ content, contentType: "text/csv" }));
  const stream = new Blob(["handle\n"]).stream();
  assert.equal((await upload(stream)).code, "UNAVAILABLE");
  assert.equal(seen.length, 1);
  assert.equal(seen[0].text, "handle\n");
  for (const content of [
    "handle\n",
    new Blob(["handle\n"]),
    new TextEncoder().encode("handle\n"),
  ]) {
    seen.length = 0;
    await upload(content);
    assert.deepEqual(
      seen.map(({ text, headers }) => [text, headers["content-type"]]),
      [
        ["handle\n", "text/csv"],
        ["handle\n", "text/csv"],
      ],
    );
  }
});

test("a redirect is not followed", async (t) => {
  const { layers, seen } = await serve(t, (_request, response) =>
    send(response, { status: 302, headers: { Location: "/v1/elsewhere" } }),
  );
  const error = await rejection(layers.whoami());
  assert.deepEqual([error.name, error.status, error.code], ["APIError", 302, ""]);
  assert.equal(seen.length, 1);
});
