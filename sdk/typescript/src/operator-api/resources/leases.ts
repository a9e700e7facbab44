// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { LeaseEvent, LeaseMonth, LeaseWithPayments, ListedLease, OpsLease } from "../types.js";

/** Arguments of `operator.leases.history`. */
export interface LeasesHistoryParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** Events on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.leases.list`. */
export interface LeasesListParams {
  /** Only these; a list for several. */
  status?:
    | "assigned"
    | "disconnected"
    | (string & {})
    | ReadonlyArray<"assigned" | "disconnected" | (string & {})>
    | undefined;
  /** Only assigned ones like this. */
  billingStatus?: "current" | "past_due" | (string & {}) | undefined;
  /**
   * Only assigned ones whose oldest unpaid month begins before this. Example:
   * `2026-06-01T00:00:00.000Z`.
   */
  dueBefore?: string | Date | undefined;
  /** Only of this organization's projects. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId?: string | undefined;
  /**
   * Only of this partner's projects and those of its children. Example:
   * `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  partnerId?: string | undefined;
  /** Only of accounts with this handle, whole, without @. At most 64 characters. */
  handle?: string | undefined;
  /** Leases on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.leases.months`. */
export interface LeasesMonthsParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** Months on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.leases.recall`. */
export interface LeasesRecallParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** Kept on the lease. At most 1,024 characters. */
  note?: string | null | undefined;
}

/** Arguments of `operator.leases.retrieve`. */
export interface LeasesRetrieveParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
}

/** Arguments of `operator.leases.update`. */
export interface LeasesUpdateParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** From the next renewal on. */
  monthlyPriceCents: number;
}

/** Methods of `operator.leases`. */
export class LeasesResource extends Resource {
  /**
   * List what happened to a lease.
   *
   * Its assignment, changes of its price, refunds and its end, as the audit log has them, newest
   * first.
   *
   * `GET /ops/v1/leases/{socialAccountId}/history`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   thing that happened to a lease.
   * @throws {NotFoundError} `socialAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  history(params: LeasesHistoryParams, options?: OperatorRequestOptions): PagePromise<LeaseEvent> {
    return this.client.list(
      { name: "leases.history", method: "GET", path: "/ops/v1/leases/{socialAccountId}/history" },
      params,
      options,
    );
  }

  /**
   * List leases.
   *
   * Those of all partners, newest first, assigned and ended.
   *
   * `GET /ops/v1/leases`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   lease with whose it is, and what happens next.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: LeasesListParams = {}, options?: OperatorRequestOptions): PagePromise<ListedLease> {
    return this.client.list(
      { name: "leases.list", method: "GET", path: "/ops/v1/leases" },
      params,
      options,
    );
  }

  /**
   * List the months of a lease.
   *
   * Those that were charged or tried, newest first, each with its price, what was refunded of it,
   * and the row of the cash ledger that paid it.
   *
   * `GET /ops/v1/leases/{socialAccountId}/months`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   month of a lease that was charged or tried.
   * @throws {NotFoundError} `socialAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  months(params: LeasesMonthsParams, options?: OperatorRequestOptions): PagePromise<LeaseMonth> {
    return this.client.list(
      { name: "leases.months", method: "GET", path: "/ops/v1/leases/{socialAccountId}/months" },
      params,
      options,
    );
  }

  /**
   * Recall a leased account.
   *
   * The lease ends now, and the account is available again. Nothing more is charged for it, and
   * nothing is refunded automatically. A lease that is over is 409.
   *
   * `POST /ops/v1/leases/{socialAccountId}/recall`, with the role `operator`.
   *
   * @returns A leased account, with its organization and pool account.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `socialAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  recall(params: LeasesRecallParams, options?: OperatorRequestOptions): ApiPromise<OpsLease> {
    return this.client.call(
      { name: "leases.recall", method: "POST", path: "/ops/v1/leases/{socialAccountId}/recall" },
      params,
      options,
    );
  }

  /**
   * Read a lease.
   *
   * With whose it is, what it has brought, and what happens next if it is past due.
   *
   * `GET /ops/v1/leases/{socialAccountId}`, with the role `viewer`.
   *
   * @returns A lease with what it has brought.
   * @throws {NotFoundError} `socialAccountId` names nothing that exists.
   */
  retrieve(
    params: LeasesRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<LeaseWithPayments> {
    return this.client.call(
      { name: "leases.retrieve", method: "GET", path: "/ops/v1/leases/{socialAccountId}" },
      params,
      options,
    );
  }

  /**
   * Change the price of a lease.
   *
   * The new price holds from the next renewal on. A month that has begun keeps its price, even if
   * it is paid late. A lease that is over is 409.
   *
   * `PATCH /ops/v1/leases/{socialAccountId}`, with the role `operator`.
   *
   * @returns A leased account, with its organization and pool account.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `socialAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(params: LeasesUpdateParams, options?: OperatorRequestOptions): ApiPromise<OpsLease> {
    return this.client.call(
      { name: "leases.update", method: "PATCH", path: "/ops/v1/leases/{socialAccountId}" },
      params,
      options,
    );
  }
}
