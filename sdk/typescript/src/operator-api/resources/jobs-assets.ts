// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { UploadContent } from "../../core/uploads.js";
import type { UploadedFile } from "../types.js";

/** Arguments of `operator.jobs.assets.upload`. */
export interface JobsAssetsUploadParams {
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** The name. */
  name: string;
  /** Who holds the claim, as it was claimed. At most 128 characters. */
  workerId: string;
  /** Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  /** What to upload. */
  content: UploadContent;
}

/** Methods of `operator.jobs.assets`. */
export class JobsAssetsResource extends Resource {
  /**
   * Upload one file of a job.
   *
   * The body is the file, at most 100 MB (104,857,600 bytes), whatever its type. `workerId` and
   * `claimToken` name the claim, as the body of a heartbeat does; a claim that is not the current
   * one is 409. A second file of the same name replaces the first. What is stored becomes an asset
   * when the job is completed with its name, size and SHA-256.
   *
   * `PUT /ops/v1/jobs/{jobId}/assets/{name}`, with the role `worker`.
   *
   * @returns A file as it was stored.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `jobId` or `name` names nothing that exists.
   * @throws {PayloadTooLargeError} The file is larger than 104,857,600 bytes.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  upload(
    params: JobsAssetsUploadParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<UploadedFile> {
    return this.client.upload(
      {
        name: "jobs.assets.upload",
        method: "PUT",
        path: "/ops/v1/jobs/{jobId}/assets/{name}",
        headers: { workerId: "X-Worker-Id", claimToken: "X-Claim-Token" },
        contentType: "application/octet-stream",
      },
      params,
      options,
    );
  }
}
