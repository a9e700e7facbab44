import { problemOfLimits } from "./core/configuration.js";
import type { RequestOptions } from "./core/options.js";
import { Resource } from "./core/resource.js";
import { sleep } from "./core/transport.js";
import { APITimeoutError, JobCanceledError, JobFailedError, LayersError } from "./errors.js";
import type { Job } from "./partner/types.js";

/** Options of a wait. */
export interface WaitOptions extends Omit<RequestOptions, "idempotencyKey" | "timeout"> {
  /** Milliseconds until the wait is given up, an hour by default; the job goes on. */
  timeout?: number | undefined;
}

const DEFAULT_WAIT_MS = 3_600_000;
const FIRST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 10_000;
const GROWTH = 1.5;

/** Brings `wait` into `jobs`. */
export class WaitingJobs extends Resource {
  /**
   * Wait until a job is completed, asking for it every second and later every 10 seconds. An answer that says that
   * nothing has changed has no body.
   *
   * @returns The completed job, with its `result`.
   * @throws {JobFailedError} It failed; `job.error` of the error says why.
   * @throws {JobCanceledError} It was canceled.
   * @throws {APITimeoutError} It was not over in time.
   * @throws {NotFoundError} There is no such job.
   */
  async wait(params: { jobId: string }, options: WaitOptions = {}): Promise<Job> {
    const { timeout = DEFAULT_WAIT_MS, ...others } = options;
    const problem = problemOfLimits(timeout, 0);
    if (problem) throw new LayersError(problem);
    const operation = { name: "jobs.wait", method: "GET", path: "/v1/jobs/{jobId}" };
    const deadline = performance.now() + timeout;
    let pause = FIRST_POLL_MS;
    let etag: string | null = null;
    for (;;) {
      const left = deadline - performance.now();
      // A program that was busy sleeps for longer than it wanted to.
      if (left <= 0) throw timedOut(params.jobId, timeout);
      const { data, headers } = await this.client
        .call<Job | undefined>(operation, params, {
          ...others,
          timeout: Math.min(left, this.client.timeout),
          extraHeaders: { ...others.extraHeaders, ...(etag !== null && { "If-None-Match": etag }) },
        })
        .withRawResponse();
      const job = data && ended(data);
      if (job) return job;
      etag = headers.get("etag") ?? etag;
      if (performance.now() + pause >= deadline) throw timedOut(params.jobId, timeout);
      await sleep(pause, others.signal);
      pause = Math.min(pause * GROWTH, LONGEST_POLL_MS);
    }
  }
}

function timedOut(jobId: string, timeout: number): APITimeoutError {
  return new APITimeoutError(
    `${jobId} was not over within ${timeout} ms. It goes on; wait for it again, or cancel it.`,
    null,
  );
}

/** Return the job when it is completed, nothing while it goes on. */
function ended(job: Job): Job | undefined {
  if (job.status === "failed") {
    const { code, message } = job.error ?? {};
    throw new JobFailedError(`${job.jobId} has failed with ${code}: ${message}`, job);
  }
  if (job.status === "canceled") {
    throw new JobCanceledError(`${job.jobId} was canceled.`, job);
  }
  return job.status === "completed" ? job : undefined;
}
