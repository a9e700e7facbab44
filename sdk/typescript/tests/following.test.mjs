import assert from "node:assert/strict";
import { test } from "node:test";
import { LayersError } from "@layers/partner";
import { failure, pausesOfLibrary, rejection, serve } from "./server.mjs";

const page = (nextCursor, ...ids) => ({ body: { items: ids.map((id) => ({ id })), nextCursor } });
const passing = { maxRetries: 0 };

/** The first looks that brought something: ids and cursors. */
async function first(count, looks) {
  const found = [];
  for await (const { events, cursor } of looks) {
    found.push([events.map(({ id }) => id), cursor]);
    if (found.length === count) break;
  }
  return found;
}

const cursors = (seen) =>
  seen.map(({ url }) => new URL(url, "http://x").searchParams.get("cursor"));

test("events come with the cursor behind them, and nothing is asked for early", async (t) => {
  const { layers, seen } = await serve(t, [page("b", "1", "2"), page("c", "3")]);
  const looks = layers.events.follow(
    { cursor: "a", type: ["job.completed", "job.failed"], limit: 2 },
    { organization: "org_1" },
  );
  assert.deepEqual(await first(2, looks), [
    [["1", "2"], "b"],
    [["3"], "c"],
  ]);
  assert.deepEqual(
    seen.map(({ url, headers }) => [url, headers["x-layers-organization"]]),
    ["a", "b"].map((cursor) => [
      `/v1/events?type=job.completed&type=job.failed&limit=2&wait=20&cursor=${cursor}`,
      "org_1",
    ]),
  );
});

test("it goes on where nothing has happened, after a second", async (t) => {
  const { layers, seen } = await serve(t, [page("a"), page("a"), page("b", "1")]);
  const pauses = pausesOfLibrary(t, 1000);
  assert.deepEqual(await first(1, layers.events.follow({ cursor: "a", wait: 1 })), [[["1"], "b"]]);
  assert.deepEqual(cursors(seen), ["a", "a", "a"]);
  assert.equal(pauses.length, 2);
});

test("a cursor that moves without events is told and followed", async (t) => {
  const { layers, seen } = await serve(t, [page("b"), page("c", "1")]);
  assert.deepEqual(await first(2, layers.events.follow({ cursor: null })), [
    [[], "b"],
    [["1"], "c"],
  ]);
  assert.deepEqual(cursors(seen), [null, "b"]);
});

test("events that come one by one are asked for once a second, and what is there already at once", async (t) => {
  const answers = [page("b", "1"), page("c", "2", "3"), page("d"), page("e", "4")];
  const { layers, seen } = await serve(t, answers);
  const pauses = pausesOfLibrary(t, 1000);
  const looks = layers.events.follow({ cursor: "a", limit: 2 });
  assert.deepEqual(await first(4, looks), [
    [["1"], "b"],
    [["2", "3"], "c"],
    [[], "d"],
    [["4"], "e"],
  ]);
  assert.deepEqual(cursors(seen), ["a", "b", "c", "d"]);
  assert.equal(pauses.length, 1);
});

test("an outage does not end it, however long it is", async (t) => {
  const failures = [
    "reset",
    failure(503, "UNAVAILABLE"),
    failure(429, "RATE_LIMITED", { details: { limit: "concurrent_waits" } }),
    "cut",
    { status: 502, body: "<html>" },
  ];
  const answers = [page("b", "1"), ...failures, ...failures, page("c", "2")];
  const { layers, seen } = await serve(t, answers);
  const pauses = pausesOfLibrary(t, 8000);
  const looks = layers.events.follow({ cursor: "a", limit: 1 }, passing);
  assert.deepEqual(await first(2, looks), [
    [["1"], "b"],
    [["2"], "c"],
  ]);
  assert.deepEqual(cursors(seen), ["a", ...Array(11).fill("b")]);
  assert.equal(pauses.length, 10);
});

test("the wait of the server is no part of its time limit", async (t) => {
  const { client } = await serve(t, () => {});
  const looks = client({ timeout: 100 }).events.follow({ wait: 1 }, passing);
  const begun = performance.now();
  const error = await rejection(looks.next());
  assert.equal(error.name, "APITimeoutError");
  assert.equal(error.message.includes("1100 ms"), true);
  assert.equal(performance.now() - begun >= 1000, true);
});

test("a failure of the first request, and a refusal that stays, end it", async (t) => {
  const { layers, seen } = await serve(t, [
    failure(503, "UNAVAILABLE"),
    page("b", "1"),
    failure(503, "KILL_SWITCH"),
    failure(422, "VALIDATION", { details: { issues: [], oldestCursor: "k" } }),
  ]);
  const follow = () => layers.events.follow({ cursor: "a" }, passing);
  assert.equal((await rejection(first(1, follow()))).code, "UNAVAILABLE");
  assert.equal((await rejection(first(2, follow()))).code, "KILL_SWITCH");
  assert.equal((await rejection(first(1, follow()))).details.oldestCursor, "k");
  assert.equal(seen.length, 4);
});

test("a signal ends it in its pause", async (t) => {
  const controller = new AbortController();
  const { layers } = await serve(t, [page("a")]);
  const looks = layers.events.follow({ cursor: "a" }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  assert.equal((await rejection(first(1, looks))).name, "AbortError");
});

test("a wait that the server does not know is refused", async (t) => {
  const { layers, seen } = await serve(t, page("a"));
  for (const wait of [0, 21, 1.5, "20", null]) {
    const error = await rejection(layers.events.follow({ wait }).next());
    assert.equal(error instanceof LayersError, true);
    assert.match(error.message, /from 1 to 20/);
  }
  assert.equal(seen.length, 0);
});

test("a list that waits has no end, and one that does not ends", async (t) => {
  const answers = [page("b"), page("c", "1"), page("c"), page("b"), page("b"), page("c", "2")];
  const { layers, seen } = await serve(t, answers);
  const ids = [];
  for await (const { id } of layers.events.list({ cursor: "a" })) ids.push(id);
  for await (const { id } of layers.events.list({ cursor: "a", wait: 1 })) {
    ids.push(id);
    break;
  }
  assert.deepEqual(ids, ["1", "2"]);
  assert.deepEqual(cursors(seen), ["a", "b", "c", "a", "b", "b"]);
});
