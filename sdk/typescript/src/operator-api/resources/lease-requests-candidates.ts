// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Candidate } from "../types.js";

/** Arguments of `operator.leaseRequests.candidates.list`. */
export interface LeaseRequestsCandidatesListParams {
  /** Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`. */
  leaseRequestId: string;
  /** Candidates on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `operator.leaseRequests.candidates`. */
export class LeaseRequestsCandidatesResource extends Resource {
  /**
   * List candidates for a lease request.
   *
   * All available accounts, those that fit the niche best first, each with its points. There are 50
   * for the vertical (up to 40 for one that shares words with it), 25 for the language (20 for
   * another form of it), 15 for the share of the countries that the audience has, and 10 for a
   * million followers, fewer by their logarithm. What the niche does not ask for gives everyone its
   * points. Of two with the same score, the one with more followers is first.
   *
   * `GET /ops/v1/lease-requests/{leaseRequestId}/candidates`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   available account, and how well it fits.
   * @throws {NotFoundError} `leaseRequestId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: LeaseRequestsCandidatesListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<Candidate> {
    return this.client.list(
      {
        name: "lease_requests.candidates.list",
        method: "GET",
        path: "/ops/v1/lease-requests/{leaseRequestId}/candidates",
      },
      params,
      options,
    );
  }
}
