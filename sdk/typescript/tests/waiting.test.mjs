import assert from "node:assert/strict";
import { test } from "node:test";
import { JobCanceledError, JobFailedError, Layers, LayersError } from "@layers/partner";
import { failure, KEY, pausesOfLibrary, rejection, send, serve } from "./server.mjs";

const jobId = "job_1";
const job = (status, more) => ({ jobId, status, ...more });

test("a wait asks whether something has changed, and returns the completed job", async (t) => {
  const answers = [
    { headers: { ETag: 'W/"1"' }, body: job("running") },
    { status: 304, body: "" },
    { headers: { ETag: 'W/"2"' }, body: job("completed", { result: { creditsCharged: 50 } }) },
  ];
  const { layers, seen } = await serve(t, answers);
  const done = await layers.jobs.wait({ jobId }, { organization: "org_1" });
  assert.equal(done.result.creditsCharged, 50);
  assert.deepEqual(
    seen.map(({ url, headers }) => [url, headers["if-none-match"]]),
    [
      ["/v1/jobs/job_1", undefined],
      ["/v1/jobs/job_1", 'W/"1"'],
      ["/v1/jobs/job_1", 'W/"1"'],
    ],
  );
  assert.equal(seen[2].headers["x-layers-organization"], "org_1");
});

test("a job that failed or was canceled is an error with the job", async (t) => {
  const error = { code: "WORKER_LOST", message: "It went silent." };
  const { layers } = await serve(t, [
    { body: job("failed", { error }) },
    { body: job("canceled") },
  ]);
  const failed = await rejection(layers.jobs.wait({ jobId }));
  assert.equal(failed instanceof JobFailedError && failed instanceof LayersError, true);
  assert.equal(failed.message, "job_1 has failed with WORKER_LOST: It went silent.");
  assert.deepEqual(failed.job.error, error);
  const canceled = await rejection(layers.jobs.wait({ jobId }));
  assert.equal(canceled instanceof JobCanceledError, true);
  assert.equal(canceled.job.status, "canceled");
});

test("a wait ends before a pause that would pass its time limit", async (t) => {
  const { layers, seen } = await serve(t, { body: job("running") });
  const error = await rejection(layers.jobs.wait({ jobId }, { timeout: 900 }));
  assert.equal(error.name, "APITimeoutError");
  assert.equal(seen.length <= 1, true);
});

test("a wait has timed out when a busy program let it sleep past its time limit", async () => {
  const fetch = () => {
    const end = performance.now() + 1_500;
    setTimeout(() => {
      while (performance.now() < end);
    });
    return Promise.resolve(new Response(JSON.stringify(job("running"))));
  };
  const layers = new Layers({ apiKey: KEY, baseUrl: "http://127.0.0.1:1", fetch });
  const error = await rejection(layers.jobs.wait({ jobId }, { timeout: 1_400 }));
  assert.equal(
    error.message,
    "job_1 was not over within 1400 ms. It goes on; wait for it again, or cancel it.",
  );
  assert.equal(error.name, "APITimeoutError");
});

test("a wait does not take a poll that hangs for longer than its time limit", async (t) => {
  const { layers } = await serve(t, () => {});
  assert.equal(
    (await rejection(layers.jobs.wait({ jobId }, { timeout: 1000 }))).name,
    "APITimeoutError",
  );
});

test("an error of a poll ends the wait", async (t) => {
  const { layers } = await serve(t, failure(404, "NOT_FOUND"));
  assert.equal((await rejection(layers.jobs.wait({ jobId }))).code, "NOT_FOUND");
});

test("a signal ends a wait in its pause", async (t) => {
  const controller = new AbortController();
  const { layers, seen } = await serve(t, (_request, response) => {
    send(response, { body: job("running") });
    setTimeout(() => controller.abort(), 50);
  });
  const error = await rejection(layers.jobs.wait({ jobId }, { signal: controller.signal }));
  assert.equal(error.name, "AbortError");
  assert.equal(seen.length, 1);
});

test("pauses grow from 1 s by half of it, up to 10 s", async (t) => {
  let polls = 0;
  const answer = () => new Response(JSON.stringify(job(++polls < 9 ? "running" : "completed")));
  const layers = new Layers({ apiKey: KEY, fetch: () => Promise.resolve(answer()) });
  const pauses = pausesOfLibrary(t, 10_000);
  await layers.jobs.wait({ jobId });
  assert.deepEqual(pauses, [1000, 1500, 2250, 3375, 5062.5, 7593.75, 10_000, 10_000]);
});
