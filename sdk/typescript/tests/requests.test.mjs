import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, LayersError, VERSION } from "@layers/partner";
import { LayersOperator } from "@layers/partner/operator";
import { KEY, PAGE, rejection, send, serve } from "./server.mjs";

const TOKEN = `lpo_01HX9Y6K7EJ4T2AB_${"s".repeat(43)}`;

test("arguments go into path, query and body as the route says", async (t) => {
  const { layers, seen } = await serve(t, { body: {} });
  await layers.organizations.update({
    orgId: "org_1",
    billingEmail: null,
    metadata: { snake_key: "1", camelKey: "2" },
    name: undefined,
  });
  assert.equal(`${seen[0].method} ${seen[0].url}`, "PATCH /v1/organizations/org_1");
  assert.equal(seen[0].text, '{"billingEmail":null,"metadata":{"snake_key":"1","camelKey":"2"}}');
  assert.equal(seen[0].headers["content-type"], "application/json");
});

test("a Date is written as the API takes times, wherever it stands", async (t) => {
  const { baseUrl, layers, seen } = await serve(t, { body: PAGE });
  const operator = new LayersOperator({ token: TOKEN, baseUrl });
  const since = new Date(Date.UTC(2026, 5, 1, 12));
  await layers.credits.events.list({ since, until: "2026-07-01T00:00:00Z" });
  await operator.operators.create({ name: "Ada", role: "admin", expiresAt: since });
  await layers.request("POST", "/v1/new", { query: { at: [since] }, body: { in: [{ since }] } });
  assert.deepEqual(
    seen.map(({ url, text }) => `${url} ${text}`),
    [
      "/v1/credits/events?since=2026-06-01T12%3A00%3A00.000Z&until=2026-07-01T00%3A00%3A00Z ",
      '/ops/v1/operators {"name":"Ada","role":"admin","expiresAt":"2026-06-01T12:00:00.000Z"}',
      '/v1/new?at=2026-06-01T12%3A00%3A00.000Z {"in":[{"since":"2026-06-01T12:00:00.000Z"}]}',
    ],
  );
});

test("a Date that is invalid is not sent, nor a null in its place", async (t) => {
  const { baseUrl, layers, seen } = await serve(t, { body: PAGE });
  const operator = new LayersOperator({ token: TOKEN, baseUrl });
  const invalid = new Date("of the future");
  for (const call of [
    layers.credits.events.list({ since: invalid }),
    operator.operators.create({ name: "Ada", role: "admin", expiresAt: invalid }),
    layers.request("POST", "/v1/new", { body: { in: [{ invalid }] } }),
  ]) {
    const error = await rejection(call);
    assert.equal(error instanceof LayersError, true);
    assert.match(error.message, /Date is invalid/);
  }
  assert.equal(seen.length, 0);
});

test("an operator acts for no organization", async (t) => {
  const { baseUrl, seen } = await serve(t, { body: {} });
  const operator = new LayersOperator({ token: TOKEN, baseUrl });
  assert.throws(() => operator.withOptions({ organization: "org_1" }), ConfigurationError);
  const call = operator.organizations.retrieve({ orgId: "org_1" }, { organization: "org_1" });
  assert.match((await rejection(call)).message, /acts for no `organization`/);
  assert.equal(seen.length, 0);
  await operator.withOptions({ timeout: 5_000 }).organizations.retrieve({ orgId: "org_1" });
  assert.equal("x-layers-organization" in seen[0].headers, false);
});

test("a write may have arguments in its query", async (t) => {
  const { baseUrl, seen } = await serve(t, { body: {} });
  const operator = new LayersOperator({ token: TOKEN, baseUrl });
  const content = new Blob(["{}\n"], { type: "text/plain" });
  const contentType = "application/x-ndjson";
  await operator.poolAccounts.importFile({ content, contentType, allOrNothing: true });
  assert.equal(seen[0].url, "/ops/v1/pool/accounts/import?allOrNothing=true");
  assert.equal(seen[0].headers["content-type"], "application/x-ndjson");
  assert.equal(seen[0].headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(seen[0].text, "{}\n");
});

test("each value of a path is one segment of it", async (t) => {
  const { layers, seen } = await serve(t, { body: {} });
  await layers.organizations.retrieve({ orgId: "a/b?c#d%2e é" });
  assert.equal(seen[0].url, "/v1/organizations/a%2Fb%3Fc%23d%252e%20%C3%A9");
});

for (const value of ["", ".", "..", undefined, null]) {
  test(`a path with ${JSON.stringify(value)} in it is not sent`, async (t) => {
    const { layers, seen } = await serve(t, { body: {} });
    const error = await rejection(layers.organizations.archive({ orgId: value }));
    assert.equal(error instanceof LayersError, true);
    assert.match(error.message, /`orgId`/);
    assert.equal(seen.length, 0);
  });
}

test("a call without its arguments says which one is missing", async (t) => {
  const { layers, seen } = await serve(t, { body: {} });
  const error = await rejection(layers.organizations.retrieve());
  assert.match(error.message, /`orgId` is missing/);
  assert.equal(seen.length, 0);
});

test("headers of a request", async (t) => {
  const { layers, seen } = await serve(t, { body: {} });
  await layers.whoami();
  const { headers } = seen[0];
  assert.equal(headers.authorization, `Bearer ${KEY}`);
  assert.equal(headers.accept, "application/json");
  assert.equal(
    headers["user-agent"],
    `layers-partner-typescript/${VERSION} node/${process.versions.node}`,
  );
  assert.equal("x-layers-organization" in headers, false);
  assert.equal("content-type" in headers, false);
});

test("options of a call go before those of the client, and null clears the organization", async (t) => {
  const { client, seen } = await serve(t, { body: {} });
  const layers = client({ organization: "org_1", extraHeaders: { "X-A": "1", "X-B": "1" } });
  await layers.whoami();
  await layers.whoami({ organization: "org_2", extraHeaders: { "x-b": "2" } });
  await layers.whoami({ organization: null });
  const told = seen.map(({ headers }) => [
    headers["x-layers-organization"],
    headers["x-a"],
    headers["x-b"],
  ]);
  assert.deepEqual(told, [
    ["org_1", "1", "1"],
    ["org_2", "1", "2"],
    [undefined, "1", "1"],
  ]);
});

test("withOptions returns a client with the other settings kept", async (t) => {
  const { client, seen } = await serve(t, { body: {} });
  const layers = client({ organization: "org_1", extraHeaders: { "X-A": "1" } });
  const changed = layers.withOptions({
    organization: "org_2",
    timeout: undefined,
    extraHeaders: { "X-B": "1" },
  });
  await changed.whoami();
  await layers.withOptions({ organization: null }).whoami();
  assert.equal(seen[0].headers.authorization, `Bearer ${KEY}`);
  assert.equal(seen[0].headers["x-layers-organization"], "org_2");
  assert.deepEqual([seen[0].headers["x-a"], seen[0].headers["x-b"]], ["1", "1"]);
  assert.equal("x-layers-organization" in seen[1].headers, false);
  assert.equal(changed.constructor, layers.constructor);
});

test("an idempotency key that cannot be sent is refused before the first try", async (t) => {
  const { layers, seen } = await serve(t, { body: {} });
  for (const idempotencyKey of ["", " ", " a", "a ", "a\nb", "é", "a".repeat(256)]) {
    const error = await rejection(layers.organizations.create({ name: "a" }, { idempotencyKey }));
    assert.match(error.message, /idempotencyKey/);
  }
  assert.equal(seen.length, 0);
});

for (const name of ["Idempotency-Key", "authorization", "X-Layers-Organization", "Host"]) {
  test(`${name} among the extra headers is refused, not left out`, async (t) => {
    const { client, layers, seen } = await serve(t, { body: {} });
    const extraHeaders = { [name]: "mine" };
    const error = await rejection(layers.organizations.create({ name: "a" }, { extraHeaders }));
    assert.equal(error.name, "LayersError");
    assert.match(error.message, new RegExp(`extraHeaders.*${name}`));
    assert.throws(() => client({ extraHeaders }), { name: "ConfigurationError" });
    assert.equal(seen.length, 0);
  });
}

test("an organization that is no id is refused, and nobody else is acted for", async (t) => {
  const { client, layers, seen } = await serve(t, { body: {} });
  for (const organization of ["", "org_1\n", "org 1", 7]) {
    assert.match((await rejection(layers.whoami({ organization }))).message, /organization/);
    assert.throws(() => client({ organization }), { name: "ConfigurationError" });
  }
  assert.equal(seen.length, 0);
});

test("a header that cannot be sent is refused without its value", async (t) => {
  const { layers } = await serve(t, { body: {} });
  const error = await rejection(layers.whoami({ extraHeaders: { "X-Token": "se\ncret" } }));
  assert.equal(error.message, 'The header "X-Token" cannot be sent.');
  assert.equal(error.cause, undefined);
});

test("the whole answer comes with status, headers, request id and rate limit", async (t) => {
  const headers = {
    "X-RateLimit-Endpoint-Class": "read-light",
    "X-RateLimit-Limit": "120",
    "X-RateLimit-Remaining": "119",
    "X-RateLimit-Reset": "59",
  };
  const { layers } = await serve(t, [{ status: 201, headers, body: { id: 1 } }, { body: PAGE }]);
  const raw = await layers.whoami().withRawResponse();
  assert.deepEqual(raw.data, { id: 1 });
  assert.deepEqual([raw.status, raw.requestId], [201, "req_1"]);
  assert.equal(raw.headers.get("x-ratelimit-limit"), "120");
  assert.deepEqual(raw.rateLimit, {
    endpointClass: "read-light",
    limit: 120,
    remaining: 119,
    reset: 59,
  });
  const list = await layers.projects.list().withRawResponse();
  assert.deepEqual(list.data.items, PAGE.items);
  assert.deepEqual(list.rateLimit, {
    endpointClass: null,
    limit: null,
    remaining: null,
    reset: null,
  });
});

test("a call is a promise like any other", async (t) => {
  const { layers } = await serve(t, { body: { id: 1 } });
  let ended = 0;
  assert.deepEqual(await layers.whoami().finally(() => ended++), { id: 1 });
  assert.deepEqual(await Promise.all([layers.whoami()]), [{ id: 1 }]);
  const failed = layers.organizations.retrieve({ orgId: "" });
  assert.equal(await failed.catch((error) => error.name), "LayersError");
  assert.equal(ended, 1);
});

test("an answer with an address returns it, whole", async (t) => {
  const locations = ["https://files.example/a?signature=1", "/files/a?signature=1"];
  const { layers, baseUrl } = await serve(t, (_request, response) =>
    send(response, { status: 302, headers: { Location: locations.shift() } }),
  );
  const address = () => layers.content.assets.retrieveUrl({ containerId: "cnt_1", assetId: "a" });
  assert.equal(await address(), "https://files.example/a?signature=1");
  assert.equal(await address(), `${baseUrl}/files/a?signature=1`);
});

test("request calls what has no method yet", async (t) => {
  const { layers, seen } = await serve(t, [{ body: { a: 1 } }, { status: 204, body: "" }]);
  const query = { tag: ["a", "b"], none: undefined };
  assert.deepEqual(await layers.request("GET", "/v1/new", { query }), { a: 1 });
  const options = { idempotencyKey: "mine" };
  assert.equal(await layers.request("POST", "/v1/new", { body: { b: null } }, options), undefined);
  assert.equal(seen[0].url, "/v1/new?tag=a&tag=b");
  assert.equal(seen[1].text, '{"b":null}');
  assert.equal(seen[1].headers["idempotency-key"], "mine");
});

for (const path of [
  "v1/a",
  "//other.example/v1",
  "/\\other.example",
  "/v1/../a",
  "/v1/%2e%2e/ops/v1/clock",
  "/v1/.%2E",
  "/v1/a?b",
  "@b",
]) {
  test(`request does not take the path ${path}`, async (t) => {
    const { layers, seen } = await serve(t, { body: {} });
    assert.equal((await rejection(layers.request("GET", path))).name, "LayersError");
    assert.equal(seen.length, 0);
  });
}

test("a fetch of one's own is called without a receiver", async () => {
  const { Layers } = await import("@layers/partner");
  const told = [];
  const fetch = function (url, init) {
    told.push([this, String(url), init.redirect]);
    return Promise.resolve(new Response("{}"));
  };
  await new Layers({ apiKey: KEY, baseUrl: "https://a.example/x/", fetch }).whoami();
  assert.deepEqual(told, [[undefined, "https://a.example/x/v1/whoami", "manual"]]);
});

test("an option among the arguments, or one that there is not, is an error and not left out", async (t) => {
  const { layers, seen } = await serve(t, { body: PAGE });
  for (const call of [
    () => layers.projects.list({ organization: "org_1" }),
    () => layers.organizations.create({ name: "A", idempotencyKey: "key" }),
    () => layers.projects.list({}, { organisation: "org_1" }),
  ]) {
    const error = await rejection(call());
    assert.equal(error instanceof LayersError, true);
    assert.match(error.message, /is an option|no option/);
  }
  assert.equal(seen.length, 0);
});

test("a Date is a time in the query as in the body", async (t) => {
  const { layers, seen } = await serve(t, { body: PAGE });
  await layers.credits.events.list({ since: new Date("2026-01-01T00:00:00Z") });
  assert.equal(seen[0].url, "/v1/credits/events?since=2026-01-01T00%3A00%3A00.000Z");
});
