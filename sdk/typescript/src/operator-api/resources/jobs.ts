// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type {
  ClaimedJobs,
  CompletionItem,
  CompletionReports,
  HeartbeatAnswer,
  HeartbeatItem,
  HeartbeatReports,
  JobCancellation,
  JobContent,
  JobHistory,
  JobsSummary,
  OpsJob,
  ReportedAsset,
  ReportedEnd,
  StartedJob,
} from "../types.js";
import { JobsAssetsResource } from "./jobs-assets.js";

/** Arguments of `operator.jobs.cancel`. */
export interface JobsCancelParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Arguments of `operator.jobs.claim`. */
export interface JobsClaimParams {
  /** Who works, by a name of its own choice. At most 128 characters. Example: `worker-1`. */
  workerId: string;
  /** What it can make. At most 16 of them. */
  formats: ReadonlyArray<
    "auto" | "slideshow_builder" | "slideshow_remix" | "ugc_remix" | "video_remix" | (string & {})
  >;
  /** How long it may be silent before it loses the job. From 10 to 900. */
  leaseSeconds: number;
  /** How many jobs it takes. From 1 to 50. */
  max: number;
  /** How long to wait for a job if there is none. From 0 to 20. */
  waitSeconds?: number | undefined;
}

/** Arguments of `operator.jobs.complete`. */
export interface JobsCompleteParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  /** What it cost, at most what was reserved. */
  creditsCharged: number;
  /** What it made. At most 200 of them. */
  assets: readonly ReportedAsset[];
  /** Who works, by a name of its own choice. At most 128 characters. Example: `worker-1`. */
  workerId: string;
}

/** Arguments of `operator.jobs.completeMany`. */
export interface JobsCompleteManyParams {
  /** Who works, by a name of its own choice. At most 128 characters. Example: `worker-1`. */
  workerId: string;
  /** With at most 400 assets in all of them. At most 50 of them. */
  items: readonly CompletionItem[];
}

/** Arguments of `operator.jobs.fail`. */
export interface JobsFailParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** Who works, by a name of its own choice. At most 128 characters. Example: `worker-1`. */
  workerId: string;
  /** Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  /** What went wrong, for programs. Example: `SOURCE_NOT_FOUND`. */
  code: string;
  /**
   * The partner sees it. At most 2,000 characters. Example: `The source video does not exist any
   * more.`.
   */
  message: string;
  /** Whether another try may help. */
  retryable: boolean;
}

/** Arguments of `operator.jobs.heartbeat`. */
export interface JobsHeartbeatParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  /** Who works, by a name of its own choice. At most 128 characters. Example: `worker-1`. */
  workerId: string;
  /**
   * What is being done, in this order; any of them may be left out. An earlier one than before
   * changes nothing. In `finalizing` a job cannot be canceled any more. Example: `rendering`.
   */
  stage?:
    | "finalizing"
    | "generating"
    | "processing"
    | "rendering"
    | "uploading"
    | (string & {})
    | null
    | undefined;
  /** How much is done. From 0 to 1. */
  progress?: number | null | undefined;
}

/** Arguments of `operator.jobs.heartbeatMany`. */
export interface JobsHeartbeatManyParams {
  /** Who works, by a name of its own choice. At most 128 characters. Example: `worker-1`. */
  workerId: string;
  /** One for each job. At most 50 of them. */
  items: readonly HeartbeatItem[];
}

/** Arguments of `operator.jobs.list`. */
export interface JobsListParams {
  /** Only these; a list for several. */
  status?:
    | "canceled"
    | "completed"
    | "failed"
    | "running"
    | (string & {})
    | ReadonlyArray<"canceled" | "completed" | "failed" | "running" | (string & {})>
    | undefined;
  /** Only these; a list for several. */
  format?:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {})
    | ReadonlyArray<
        | "auto"
        | "slideshow_builder"
        | "slideshow_remix"
        | "ugc_remix"
        | "video_remix"
        | (string & {})
      >
    | undefined;
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId?: string | undefined;
  /**
   * Of those that run. `false`: only those that wait for a worker, the longest waiting first;
   * `true`: only those that a worker has.
   */
  claimed?: boolean | undefined;
  /** Only those that it has, or had last. At most 128 characters. */
  workerId?: string | undefined;
  /** Asked for then or later. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** Jobs on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.jobs.retrieve`. */
export interface JobsRetrieveParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Arguments of `operator.jobs.retrieveContent`. */
export interface JobsRetrieveContentParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Arguments of `operator.jobs.retrieveHistory`. */
export interface JobsRetrieveHistoryParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Arguments of `operator.jobs.retry`. */
export interface JobsRetryParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** Methods of `operator.jobs`. */
export class JobsResource extends Resource {
  /** `operator.jobs.assets`: `upload`. */
  readonly assets = new JobsAssetsResource(this.client);

  /**
   * Cancel a partner's job.
   *
   * As the partner itself could.
   *
   * `POST /ops/v1/jobs/{jobId}/cancel`, with the role `operator`.
   *
   * @returns Whether a cancel was accepted. If it was, the job ends as canceled, whatever its
   *   worker does.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  cancel(params: JobsCancelParams, options?: OperatorRequestOptions): ApiPromise<JobCancellation> {
    return this.client.call(
      { name: "jobs.cancel", method: "POST", path: "/ops/v1/jobs/{jobId}/cancel" },
      params,
      options,
    );
  }

  /**
   * Claim jobs.
   *
   * Gives waiting jobs to a worker, of each partner in turn, the oldest first. With `waitSeconds`
   * the answer comes as soon as there is a job, or empty after that time, or sooner when the server
   * is about to stop. A worker keeps a job by its heartbeats; silent for `leaseSeconds`, it loses
   * it. After three tries a job fails.
   *
   * `POST /ops/v1/jobs/claim`, with the role `worker`.
   *
   * @returns The jobs that were claimed; none when there are none.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  claim(params: JobsClaimParams, options?: OperatorRequestOptions): ApiPromise<ClaimedJobs> {
    return this.client.call(
      { name: "jobs.claim", method: "POST", path: "/ops/v1/jobs/claim" },
      params,
      options,
    );
  }

  /**
   * Complete a job.
   *
   * Charges what it cost, at most what was reserved, and frees the rest. Every file must have been
   * uploaded during this claim. If a cancel was accepted, the job ends as canceled and costs
   * nothing. The same report again gets the same answer.
   *
   * `POST /ops/v1/jobs/{jobId}/complete`, with the role `worker`.
   *
   * @returns What became of a job: `running` when it will be tried again, `canceled` when it was.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  complete(params: JobsCompleteParams, options?: OperatorRequestOptions): ApiPromise<ReportedEnd> {
    return this.client.call(
      { name: "jobs.complete", method: "POST", path: "/ops/v1/jobs/{jobId}/complete" },
      params,
      options,
    );
  }

  /**
   * Complete several jobs.
   *
   * What the completion of each of them would do; those of one partner are charged in one commit.
   * The answer has an item for each, in the same order: `status` is 200 with the `body` that the
   * completion of this job alone is answered, or the status of its `error`. One that is refused
   * leaves the others alone. With an `Idempotency-Key`, a repetition gets the same answer for every
   * item that was done, and tries those again that were refused; the same completion of a job gets
   * the same answer without a key too.
   *
   * `POST /ops/v1/jobs/complete`, with the role `worker`.
   *
   * @returns The answer to each completion, in their order.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  completeMany(
    params: JobsCompleteManyParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<CompletionReports> {
    return this.client.call(
      { name: "jobs.complete_many", method: "POST", path: "/ops/v1/jobs/complete" },
      params,
      options,
    );
  }

  /**
   * Report that a job cannot be done.
   *
   * If another try may help, it goes back into the queue, up to three tries in all; else it fails.
   * Either way nothing is charged.
   *
   * `POST /ops/v1/jobs/{jobId}/fail`, with the role `worker`.
   *
   * @returns What became of a job: `running` when it will be tried again, `canceled` when it was.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  fail(params: JobsFailParams, options?: OperatorRequestOptions): ApiPromise<ReportedEnd> {
    return this.client.call(
      { name: "jobs.fail", method: "POST", path: "/ops/v1/jobs/{jobId}/fail" },
      params,
      options,
    );
  }

  /**
   * Report that the work goes on.
   *
   * Extends the claim by its `leaseSeconds`. Neither progress nor stage goes back, since reports
   * may arrive late: less progress, or an earlier stage, than before changes nothing. `queued`
   * before a claim and `completed` after it are not a worker's to report.
   *
   * `POST /ops/v1/jobs/{jobId}/heartbeat`, with the role `worker`.
   *
   * @returns How long the claim lasts now, and whether there is a reason to go on.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  heartbeat(
    params: JobsHeartbeatParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<HeartbeatAnswer> {
    return this.client.call(
      { name: "jobs.heartbeat", method: "POST", path: "/ops/v1/jobs/{jobId}/heartbeat" },
      params,
      options,
    );
  }

  /**
   * Report that the work on several jobs goes on.
   *
   * What a heartbeat of each of them would do. The answer has an item for each, in the same order:
   * `status` is 200 with the `body` that a heartbeat of this job alone is answered, or the status
   * of its `error`. One that is refused leaves the others alone. With an `Idempotency-Key`, a
   * repetition gets the same answer for every item that was done, and tries those again that were
   * refused.
   *
   * `POST /ops/v1/jobs/heartbeat`, with the role `worker`.
   *
   * @returns The answer to each heartbeat, in their order.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  heartbeatMany(
    params: JobsHeartbeatManyParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<HeartbeatReports> {
    return this.client.call(
      { name: "jobs.heartbeat_many", method: "POST", path: "/ops/v1/jobs/heartbeat" },
      params,
      options,
    );
  }

  /**
   * List jobs.
   *
   * Of all partners, newest first; `status=running` is the queue and what is being worked on, and
   * `claimed=false` the queue alone, the longest waiting first. With a filter a page may have few
   * items, or none, and others follow: go on while there is a `nextCursor`.
   *
   * `GET /ops/v1/jobs`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   job, who works on it, and why it failed.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: JobsListParams = {}, options?: OperatorRequestOptions): PagePromise<OpsJob> {
    return this.client.list(
      { name: "jobs.list", method: "GET", path: "/ops/v1/jobs" },
      params,
      options,
    );
  }

  /**
   * Show a job.
   *
   * `GET /ops/v1/jobs/{jobId}`, with the role `viewer`.
   *
   * @returns A job, who works on it, and why it failed.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   */
  retrieve(params: JobsRetrieveParams, options?: OperatorRequestOptions): ApiPromise<OpsJob> {
    return this.client.call(
      { name: "jobs.retrieve", method: "GET", path: "/ops/v1/jobs/{jobId}" },
      params,
      options,
    );
  }

  /**
   * Show what a job was given, and what it has made.
   *
   * The addresses of its files are of this server, also where files are kept in a bucket. Anyone
   * can read there for one hour.
   *
   * `GET /ops/v1/jobs/{jobId}/content`, with the role `viewer`.
   *
   * @returns What a job was given, and what it has made.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   */
  retrieveContent(
    params: JobsRetrieveContentParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<JobContent> {
    return this.client.call(
      { name: "jobs.retrieve_content", method: "GET", path: "/ops/v1/jobs/{jobId}/content" },
      params,
      options,
    );
  }

  /**
   * Show what happened to a job.
   *
   * Who started it, which workers took it and how that ended, and who ended it. It comes from the
   * audit log, which is kept for 90 days.
   *
   * `GET /ops/v1/jobs/{jobId}/history`, with the role `viewer`.
   *
   * @returns What happened to a job. It comes from the audit log, so of a job older than 90 days it
   *   is empty.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   */
  retrieveHistory(
    params: JobsRetrieveHistoryParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<JobHistory> {
    return this.client.call(
      { name: "jobs.retrieve_history", method: "GET", path: "/ops/v1/jobs/{jobId}/history" },
      params,
      options,
    );
  }

  /**
   * Start a job again.
   *
   * What is over stays over: a new job of the same organization with the same inputs starts, under
   * the same rules as if the partner had started it. Only for one that failed or was canceled.
   *
   * `POST /ops/v1/jobs/{jobId}/retry`, with the role `operator`.
   *
   * @returns A job that has been started.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retry(params: JobsRetryParams, options?: OperatorRequestOptions): ApiPromise<StartedJob> {
    return this.client.call(
      { name: "jobs.retry", method: "POST", path: "/ops/v1/jobs/{jobId}/retry" },
      params,
      options,
    );
  }

  /**
   * Count the jobs that wait and run.
   *
   * Those of all partners, of live environments: how many wait for a worker and for how long, how
   * many one has, and how many failed because their workers went silent.
   *
   * `GET /ops/v1/jobs/summary`, with the role `viewer`.
   *
   * @returns What waits for workers, what they have, and what was lost.
   */
  summary(options?: OperatorRequestOptions): ApiPromise<JobsSummary> {
    return this.client.call(
      { name: "jobs.summary", method: "GET", path: "/ops/v1/jobs/summary" },
      {},
      options,
    );
  }
}
