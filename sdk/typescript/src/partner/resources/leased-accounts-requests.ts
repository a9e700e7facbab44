// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { LeaseRequest, NicheParam } from "../types.js";

/** Arguments of `layers.leasedAccounts.requests.create`. */
export interface LeasedAccountsRequestsCreateParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** How many accounts. From 1 to 50. */
  count: number;
  /** What the accounts should be about, and for whom. */
  niche: NicheParam;
  /** What you want to achieve with them. At most 2,000 characters. */
  target?: string | null | undefined;
  /** For the operator. At most 2,000 characters. */
  note?: string | null | undefined;
  /** Your own name for the request; unique among your organization's. Example: `spring-launch`. */
  requestId?: string | null | undefined;
}

/** Arguments of `layers.leasedAccounts.requests.list`. */
export interface LeasedAccountsRequestsListParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Only these; a list for several. */
  status?:
    | "assigned"
    | "partial"
    | "rejected"
    | "requested"
    | (string & {})
    | ReadonlyArray<"assigned" | "partial" | "rejected" | "requested" | (string & {})>
    | undefined;
  /** Requests on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.leasedAccounts.requests.retrieve`. */
export interface LeasedAccountsRequestsRetrieveParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Id of the request. */
  requestId: string;
}

/** Methods of `layers.leasedAccounts.requests`. */
export class LeasedAccountsRequestsResource extends Resource {
  /**
   * Request leased accounts.
   *
   * Asks the operator for accounts that fit a niche. Nothing is charged yet: the first month of
   * each account is charged when it is assigned.
   *
   * `POST /v1/projects/{projectId}/leased-accounts/request`, with the scope `leased:write`.
   *
   * @returns A request for accounts and, once it is answered, its result.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: LeasedAccountsRequestsCreateParams,
    options?: RequestOptions,
  ): ApiPromise<LeaseRequest> {
    return this.client.call(
      {
        name: "leased_accounts.requests.create",
        method: "POST",
        path: "/v1/projects/{projectId}/leased-accounts/request",
        alsoInBody: ["projectId"],
      },
      params,
      options,
    );
  }

  /**
   * List lease requests.
   *
   * Newest first.
   *
   * `GET /v1/projects/{projectId}/leased-accounts/requests`, with the scope `leased:write`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   request for accounts and, once it is answered, its result.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: LeasedAccountsRequestsListParams,
    options?: RequestOptions,
  ): PagePromise<LeaseRequest> {
    return this.client.list(
      {
        name: "leased_accounts.requests.list",
        method: "GET",
        path: "/v1/projects/{projectId}/leased-accounts/requests",
      },
      params,
      options,
    );
  }

  /**
   * Read a lease request.
   *
   * By its `lreq_` id, or by the name that you gave it.
   *
   * `GET /v1/projects/{projectId}/leased-accounts/requests/{requestId}`, with the scope
   * `leased:write`.
   *
   * @returns A request for accounts and, once it is answered, its result.
   * @throws {NotFoundError} `projectId` or `requestId` does not exist, or this key cannot see it;
   *   the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: LeasedAccountsRequestsRetrieveParams,
    options?: RequestOptions,
  ): ApiPromise<LeaseRequest> {
    return this.client.call(
      {
        name: "leased_accounts.requests.retrieve",
        method: "GET",
        path: "/v1/projects/{projectId}/leased-accounts/requests/{requestId}",
      },
      params,
      options,
    );
  }
}
