import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, rejection, send, serve } from "./server.mjs";

const projectId = "prj_1";

/** A list of pages with `size` items each. */
function pages(count, size) {
  return (request, response) => {
    const { searchParams } = new URL(request.url, "http://x");
    const page = Number(searchParams.get("cursor") ?? 0);
    const items = Array.from({ length: size }, (_, at) => ({ id: page * size + at }));
    send(response, { body: { items, nextCursor: page + 1 < count ? String(page + 1) : null } });
  };
}

test("awaiting a list gives its first page", async (t) => {
  const { layers, seen } = await serve(t, pages(3, 2));
  const page = await layers.leasedAccounts.list({
    projectId,
    status: ["assigned", "disconnected"],
  });
  const { items, nextCursor } = page;
  assert.deepEqual([items, nextCursor], [[{ id: 0 }, { id: 1 }], "1"]);
  assert.equal(JSON.stringify(page), '{"items":[{"id":0},{"id":1}],"nextCursor":"1"}');
  assert.equal(page.hasNextPage(), true);
  assert.equal(
    seen[0].url,
    "/v1/projects/prj_1/leased-accounts?status=assigned&status=disconnected",
  );
});

test("the next page has the same filters and options", async (t) => {
  const { layers, seen } = await serve(t, pages(2, 1));
  const options = { organization: "org_2", extraHeaders: { "X-Trace": "1" } };
  const page = await layers.projects.list({ status: "active" }, options);
  const next = await page.nextPage();
  assert.deepEqual(next.items, [{ id: 1 }]);
  assert.equal(seen[1].url, "/v1/projects?status=active&cursor=1");
  assert.equal(seen[1].headers["x-layers-organization"], "org_2");
  assert.equal(seen[1].headers["x-trace"], "1");
  assert.equal((await rejection(next.nextPage())).message, "This is the last page.");
});

test("iterating a list or a page gives the items of all pages after it", async (t) => {
  const { layers, seen } = await serve(t, pages(3, 2));
  const ids = [];
  for await (const { id } of layers.projects.list()) ids.push(id);
  assert.deepEqual(ids, [0, 1, 2, 3, 4, 5]);
  assert.equal(seen.length, 3);
  ids.length = 0;
  const second = await (await layers.projects.list()).nextPage();
  for await (const { id } of second) ids.push(id);
  assert.deepEqual(ids, [2, 3, 4, 5]);
});

test("leaving the iteration early asks for no further page", async (t) => {
  const { layers, seen } = await serve(t, pages(3, 2));
  for await (const { id } of layers.projects.list()) if (id === 1) break;
  assert.equal(seen.length, 1);
});

test("a feed, whose cursor is never null, ends when nothing is there", async (t) => {
  const { layers, seen } = await serve(t, (request, response) => {
    const { searchParams } = new URL(request.url, "http://x");
    const items = searchParams.has("cursor") ? [] : [{ id: 1 }];
    send(response, { body: { items, nextCursor: "end" } });
  });
  const ids = [];
  for await (const { id } of layers.projects.list()) ids.push(id);
  assert.deepEqual(ids, [1]);
  assert.equal(seen.length, 2);
});

test("an error on a later page is raised by the iteration", async (t) => {
  const { layers } = await serve(t, [
    { body: { items: [{ id: 1 }], nextCursor: "1" } },
    failure(422, "VALIDATION"),
  ]);
  const ids = [];
  const walk = async () => {
    for await (const { id } of layers.projects.list()) ids.push(id);
  };
  assert.equal((await rejection(walk())).code, "VALIDATION");
  assert.deepEqual(ids, [1]);
});

test("an answer that is not a page is an error", async (t) => {
  for (const body of [{ items: {}, nextCursor: null }, { items: [] }, [], "null"]) {
    const { layers } = await serve(t, { body });
    assert.equal((await rejection(layers.projects.list())).name, "APIError");
  }
});

test("walking over many pages holds one at a time", async (t) => {
  // What an item weighs would show, were the pages kept: 400 pages of about 100 kB.
  const filler = "x".repeat(1000);
  const { layers } = await serve(t, (request, response) => {
    const page = Number(new URL(request.url, "http://x").searchParams.get("cursor") ?? 0);
    const items = Array.from({ length: 100 }, (_, at) => ({ id: page * 100 + at, filler }));
    send(response, { body: { items, nextCursor: page < 399 ? String(page + 1) : null } });
  });
  const kept = [];
  for await (const item of layers.projects.list()) {
    if (item.id % 100 === 0) kept.push(new WeakRef(item));
  }
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const alive = kept.filter((one) => one.deref() !== undefined).length;
  assert.equal(kept.length, 400);
  assert.equal(alive <= 4, true, `${alive} pages are still there`);
});

test("a page that is followed by itself is an error, not a list without an end", async (t) => {
  const { layers, seen } = await serve(t, { body: { items: [{ id: 1 }], nextCursor: "a" } });
  const walked = [];
  const walk = async () => {
    for await (const item of layers.projects.list()) walked.push(item);
  };
  assert.equal((await rejection(walk())).name, "APIError");
  assert.deepEqual([walked.length, seen.length], [1, 2]);
});
