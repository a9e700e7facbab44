// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpenRequests, OpsLeaseRequest, QueuedLeaseRequest } from "../types.js";
import { LeaseRequestsCandidatesResource } from "./lease-requests-candidates.js";

/** Arguments of `operator.leaseRequests.fulfil`. */
export interface LeaseRequestsFulfilParams {
  /** Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`. */
  leaseRequestId: string;
  /**
   * As many as the request asks for, or fewer: then it is `partial`. At most 50 of them. Example:
   * `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  poolAccountIds: readonly string[];
  /** For the partner. At most 2,000 characters. */
  note?: string | null | undefined;
  /** Of each; without it, each has the price that the pool says. */
  monthlyPriceCents?: number | null | undefined;
}

/** Arguments of `operator.leaseRequests.list`. */
export interface LeaseRequestsListParams {
  /** Only requests of this status; a list for several. Default: `requested` only. */
  status?:
    | "assigned"
    | "partial"
    | "rejected"
    | "requested"
    | (string & {})
    | ReadonlyArray<"assigned" | "partial" | "rejected" | "requested" | (string & {})>
    | undefined;
  /** Only of this organization's projects. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId?: string | undefined;
  /** Only requests that were made after this one. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`. */
  after?: string | undefined;
  /** Requests on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.leaseRequests.reject`. */
export interface LeaseRequestsRejectParams {
  /** Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`. */
  leaseRequestId: string;
  /** For the partner. At most 2,000 characters. Example: `No account fits at the moment`. */
  note: string;
}

/** Arguments of `operator.leaseRequests.retrieve`. */
export interface LeaseRequestsRetrieveParams {
  /** Id of the lease request. Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`. */
  leaseRequestId: string;
}

/** Methods of `operator.leaseRequests`. */
export class LeaseRequestsResource extends Resource {
  /** `operator.leaseRequests.candidates`: `list`. */
  readonly candidates = new LeaseRequestsCandidatesResource(this.client);

  /**
   * Fulfil a lease request.
   *
   * Assigns the accounts to the project and charges the first month of each to the partner's cash
   * wallet, all or nothing: 402 when it does not cover them. As many as asked for make the request
   * `assigned`, fewer `partial`; both are final. An account that is not available, a request that
   * is answered, a project that is archived, or an organization that is not active, the partner
   * included, is 409.
   *
   * `POST /ops/v1/lease-requests/{leaseRequestId}/fulfil`, with the role `operator`.
   *
   * @returns A lease request, with its organization and what the partner wrote to the operator.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `leaseRequestId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  fulfil(
    params: LeaseRequestsFulfilParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsLeaseRequest> {
    return this.client.call(
      {
        name: "lease_requests.fulfil",
        method: "POST",
        path: "/ops/v1/lease-requests/{leaseRequestId}/fulfil",
      },
      params,
      options,
    );
  }

  /**
   * List lease requests.
   *
   * Those of all partners, oldest first: the unanswered ones, unless `status` names others.
   *
   * `GET /ops/v1/lease-requests`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   lease request with the names of what it is for, and what its partner can pay with.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: LeaseRequestsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<QueuedLeaseRequest> {
    return this.client.list(
      { name: "lease_requests.list", method: "GET", path: "/ops/v1/lease-requests" },
      params,
      options,
    );
  }

  /**
   * Reject a lease request.
   *
   * This is final; the note is for the partner. A request that is answered already is 409.
   *
   * `POST /ops/v1/lease-requests/{leaseRequestId}/reject`, with the role `operator`.
   *
   * @returns A lease request, with its organization and what the partner wrote to the operator.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `leaseRequestId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  reject(
    params: LeaseRequestsRejectParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsLeaseRequest> {
    return this.client.call(
      {
        name: "lease_requests.reject",
        method: "POST",
        path: "/ops/v1/lease-requests/{leaseRequestId}/reject",
      },
      params,
      options,
    );
  }

  /**
   * Read a lease request.
   *
   * By its `lreq_…` id: a partner's own name for it may be another partner's too.
   *
   * `GET /ops/v1/lease-requests/{leaseRequestId}`, with the role `viewer`.
   *
   * @returns A lease request with the names of what it is for, and what its partner can pay with.
   * @throws {NotFoundError} `leaseRequestId` names nothing that exists.
   */
  retrieve(
    params: LeaseRequestsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<QueuedLeaseRequest> {
    return this.client.call(
      {
        name: "lease_requests.retrieve",
        method: "GET",
        path: "/ops/v1/lease-requests/{leaseRequestId}",
      },
      params,
      options,
    );
  }

  /**
   * Count the open lease requests.
   *
   * Those of all partners that nobody has answered, by how long they have waited.
   *
   * `GET /ops/v1/lease-requests/summary`, with the role `viewer`.
   *
   * @returns The lease requests that nobody has answered.
   */
  summary(options?: OperatorRequestOptions): ApiPromise<OpenRequests> {
    return this.client.call(
      { name: "lease_requests.summary", method: "GET", path: "/ops/v1/lease-requests/summary" },
      {},
      options,
    );
  }
}
