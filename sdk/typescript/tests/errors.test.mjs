import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import * as library from "@layers/partner";
import { failure, KEY, rejection, serve } from "./server.mjs";

const classes = { ...library };

const CLASSES = {
  UNAUTHENTICATED: [401, "AuthenticationError"],
  FORBIDDEN_SCOPE: [403, "PermissionDeniedError", { requiredScope: "jobs:read" }],
  NOT_FOUND: [404, "NotFoundError"],
  METHOD_NOT_ALLOWED: [405, "MethodNotAllowedError", { allow: ["GET"] }],
  VALIDATION: [422, "ValidationError", { issues: [{ path: "name", message: "is missing" }] }],
  IDEMPOTENCY_REQUIRED: [400, "IdempotencyRequiredError"],
  IDEMPOTENCY_CONFLICT: [409, "IdempotencyConflictError"],
  IDEMPOTENCY_IN_PROGRESS: [409, "IdempotencyInProgressError"],
  CONFLICT: [409, "ConflictError"],
  BILLING_EXHAUSTED: [
    402,
    "BillingExhaustedError",
    { reason: "insufficient_credits", required: 50, available: 7 },
  ],
  RATE_LIMITED: [429, "RateLimitedError", { limit: "concurrent_jobs" }],
  PAYLOAD_TOO_LARGE: [413, "PayloadTooLargeError"],
  REQUEST_TIMEOUT: [408, "RequestTimeoutError"],
  KILL_SWITCH: [503, "KillSwitchError", { scope: "key" }],
  UNAVAILABLE: [503, "UnavailableError", { outcome: "unknown" }],
  INTERNAL: [500, "InternalServerError"],
};

for (const [code, [status, name, details = {}]] of Object.entries(CLASSES)) {
  test(`${code} is a class of its own, with its details as fields`, async (t) => {
    const { client } = await serve(t, failure(status, code, { details, message: "Because." }));
    const error = await rejection(client({ maxRetries: 0 }).whoami());
    assert.equal(error.constructor, classes[name]);
    assert.equal(error.name, name);
    assert.equal(error instanceof library.APIError && error instanceof library.LayersError, true);
    const { status: found, code: told, requestId, message } = error;
    const says = details.issues ? "Because.\n  name: is missing" : "Because.";
    assert.deepEqual([found, told, requestId, message], [status, code, "req_1", says]);
    assert.deepEqual(error.details, details);
    for (const [field, value] of Object.entries(details)) assert.deepEqual(error[field], value);
    assert.match(inspect(error), new RegExp(`^${name}: Because\\.`));
  });
}

test("fields that are missing or of another type are null or empty", async (t) => {
  for (const [code, fields] of Object.entries({
    FORBIDDEN_SCOPE: { requiredScope: null },
    METHOD_NOT_ALLOWED: { allow: [] },
    VALIDATION: { issues: [] },
    BILLING_EXHAUSTED: { reason: null, required: null, available: null },
  })) {
    for (const details of [undefined, { issues: 1, allow: 1, required: "1", reason: 1 }]) {
      const { client } = await serve(t, failure(422, code, { details }));
      const error = await rejection(client({ maxRetries: 0 }).whoami());
      for (const [field, value] of Object.entries(fields)) assert.deepEqual(error[field], value);
    }
  }
});

test("RateLimitedError tells how long to wait", async (t) => {
  const headers = { "Retry-After": "61" };
  const { layers } = await serve(t, failure(429, "RATE_LIMITED", { headers }));
  const error = await rejection(layers.whoami());
  assert.equal(error.retryAfter, 61);
  assert.equal(error.headers.get("retry-after"), "61");
});

test("codes that this version does not know are APIError", async (t) => {
  for (const code of ["NEW_CODE", "toString", "__proto__"]) {
    const { layers } = await serve(t, failure(418, code));
    const error = await rejection(layers.whoami());
    assert.equal(error.constructor, library.APIError);
    assert.equal(error.code, code);
  }
});

for (const [name, answer] of Object.entries({
  "the page of a proxy": { status: 404, body: "<html>not here</html>" },
  "JSON of something else": { status: 404, body: { error: "no" } },
  "an error without a message": { status: 404, body: { error: { code: "NOT_FOUND" } } },
  "200 with a page": { status: 200, body: "<html>sign in</html>" },
  "200 without a body": { status: 200, body: "" },
  "304 that nobody asked for": { status: 304, body: "" },
})) {
  test(`${name} is an APIError without a code`, async (t) => {
    const { layers } = await serve(t, answer);
    const error = await rejection(layers.whoami());
    assert.equal(error.constructor, library.APIError);
    assert.deepEqual([error.status, error.code, error.requestId], [answer.status, "", "req_1"]);
    assert.match(error.message, /is not one of the API/);
  });
}

test("an address where nobody listens is a connection error with its cause", async () => {
  const { Layers, APIConnectionError } = library;
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${server.address().port}`;
  await new Promise((closed) => server.close(closed));
  const layers = new Layers({ apiKey: KEY, baseUrl: `http://${host}`, maxRetries: 0 });
  const error = await rejection(layers.whoami());
  assert.equal(error.constructor, APIConnectionError);
  assert.equal(error.message, `There was no answer from ${host} (ECONNREFUSED).`);
  assert.equal(error.cause instanceof Error, true);
});

test("a write whose answer is cut says that it may have happened", async (t) => {
  const { layers } = await serve(t, { body: '{"id": "org_' });
  const error = await rejection(layers.organizations.create({ name: "a" }));
  assert.match(error.message, /A write may have happened/);
  assert.equal(error.status, 200);
});
