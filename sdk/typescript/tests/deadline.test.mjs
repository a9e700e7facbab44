import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { APIConnectionError, APIError, APITimeoutError } from "@layers/partner";
import { failure, PAGE, rejection, send, serve } from "./server.mjs";

test("a pause that would pass the deadline is not begun, and the last error is raised", async (t) => {
  const headers = { "Retry-After": "30" };
  const { client, seen } = await serve(t, failure(503, "UNAVAILABLE", { headers }));
  const error = await rejection(client({ timeout: 29_000 }).whoami());
  assert.equal(error.code, "UNAVAILABLE");
  assert.equal(seen.length, 1);
});

test("no answer within the time limit is an error of its own, and no other try is made", async (t) => {
  const { client, seen } = await serve(t, () => {});
  const error = await rejection(
    client({ timeout: 2000 }).projects.create({ name: "a", timezone: "UTC" }),
  );
  assert.equal(error.name, "APITimeoutError");
  assert.equal(error instanceof APITimeoutError && error instanceof APIConnectionError, true);
  assert.equal(error instanceof APIError, false);
  assert.equal(error.idempotencyKey, seen[0].headers["idempotency-key"]);
  assert.equal(seen.length, 1);
});

test("an answer that begins and does not end is bounded too", async (t) => {
  const { client } = await serve(t, (_request, response) => response.writeHead(200).write("{"));
  assert.equal((await rejection(client({ timeout: 300 }).whoami())).name, "APITimeoutError");
});

test("a try gets what the tries and pauses before it left", async (t) => {
  const busy = failure(503, "UNAVAILABLE", { headers: { "Retry-After": "1" } });
  const { client, seen } = await serve(t, [busy, { body: PAGE }]);
  const { setTimeout } = globalThis;
  const limits = [];
  t.mock.method(globalThis, "setTimeout", (call, ms, ...others) => {
    if (ms > 10_000 && new Error().stack.includes("/dist/")) limits.push(ms);
    return setTimeout(call, ms, ...others);
  });
  await client({ timeout: 60_000 }).projects.list();
  assert.equal(seen.length, 2);
  assert.equal(limits.length, 2);
  assert.equal(limits[0] <= 60_000 && limits[1] < 59_500, true, String(limits));
});

test("the time limit of a call goes before that of the client", async (t) => {
  const { client } = await serve(t, () => {});
  const error = await rejection(client({ timeout: 3_600_000 }).whoami({ timeout: 200 }));
  assert.match(error.message, /200 ms/);
});

test("a signal gives up a request that is under way, with its reason", async (t) => {
  const controller = new AbortController();
  const { layers, seen } = await serve(t, () => controller.abort(new Error("enough")));
  const error = await rejection(layers.whoami({ signal: controller.signal }));
  assert.equal(error.message, "enough");
  assert.equal(seen.length, 1);
});

test("a signal ends the pause before a retry", async (t) => {
  const controller = new AbortController();
  const { client, seen } = await serve(t, (_request, response) => {
    send(response, failure(503, "UNAVAILABLE", { headers: { "Retry-After": "50" } }));
    setTimeout(() => controller.abort(), 100);
  });
  const error = await rejection(
    client({ timeout: 3_600_000 }).whoami({ signal: controller.signal }),
  );
  assert.equal(error.name, "AbortError");
  assert.equal(seen.length, 1);
});

test("a signal that has given up already sends nothing", async (t) => {
  const { layers, seen } = await serve(t, { body: {} });
  const error = await rejection(layers.whoami({ signal: AbortSignal.abort() }));
  assert.equal(error.name, "AbortError");
  assert.equal(seen.length, 0);
});

test("a signal that lives long keeps nothing of the calls that used it", async (t) => {
  const { layers } = await serve(t, { body: PAGE });
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  t.mock.method(signal, "addEventListener", (...given) => {
    listeners++;
    addEventListener.apply(signal, given);
  });
  t.mock.method(signal, "removeEventListener", (...given) => {
    listeners--;
    removeEventListener.apply(signal, given);
  });
  for (let call = 0; call < 20; call++) await layers.projects.list({}, { signal });
  assert.equal(listeners, 0);
});

test("nothing keeps a program alive after its calls", async (t) => {
  const { spawn } = await import("node:child_process");
  const { baseUrl } = await serve(t, { body: {}, headers: { Connection: "close" } });
  const program = `
    import { Layers } from "@layers/partner";
    await new Layers({ timeout: 3_600_000 }).whoami();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: new URL("..", import.meta.url),
    env: { ...process.env, LAYERS_BASE_URL: baseUrl, LAYERS_API_KEY: "lp_test_01HX_secret" },
    stdio: "inherit",
    timeout: 60_000,
  });
  assert.deepEqual(await once(child, "exit"), [0, null]);
});
