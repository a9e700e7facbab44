// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { WaitingJobs } from "../../waiting.js";
import type { Job, JobCancellation } from "../types.js";

/** Arguments of `layers.jobs.cancel`. */
export interface JobsCancelParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Arguments of `layers.jobs.retrieve`. */
export interface JobsRetrieveParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Methods of `layers.jobs`. */
export class JobsResource extends WaitingJobs {
  /**
   * Cancel a job.
   *
   * Accepted is final: a job that no worker has yet ends at once, any other when its worker next
   * reports or falls silent, and nothing is charged. In its last stage, `finalizing`, a job cannot
   * be canceled any more: 409.
   *
   * `POST /v1/jobs/{jobId}/cancel`, with the scope `jobs:cancel`.
   *
   * @returns Whether a cancel was accepted. If it was, the job ends as canceled, whatever its
   *   worker does.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  cancel(params: JobsCancelParams, options?: RequestOptions): ApiPromise<JobCancellation> {
    return this.client.call(
      { name: "jobs.cancel", method: "POST", path: "/v1/jobs/{jobId}/cancel" },
      params,
      options,
    );
  }

  /**
   * Read a job.
   *
   * `stage` and `progress` say how far it is; when it is over, `result` or `error` is there. Send
   * the `ETag` of the last answer as `If-None-Match` to get 304 while nothing has changed.
   *
   * `GET /v1/jobs/{jobId}`, with the scope `jobs:read`.
   *
   * @returns Work in flight, or what became of it.
   * @throws {NotFoundError} `jobId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(params: JobsRetrieveParams, options?: RequestOptions): ApiPromise<Job> {
    return this.client.call(
      { name: "jobs.retrieve", method: "GET", path: "/v1/jobs/{jobId}" },
      params,
      options,
    );
  }
}
