// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsCashEvent, OpsCashEventDetail } from "../types.js";

/** Arguments of `operator.organizations.cash.events.list`. */
export interface OrganizationsCashEventsListParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Only these; a list for several. */
  eventType?:
    | "adjustment"
    | "lease_charge"
    | "lease_renewal"
    | "refund"
    | "topup"
    | (string & {})
    | ReadonlyArray<
        "adjustment" | "lease_charge" | "lease_renewal" | "refund" | "topup" | (string & {})
      >
    | undefined;
  /** Events on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
  /** From this instant on. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | undefined;
  /** Only what came in, or what went out. */
  direction?: "in" | "out" | (string & {}) | undefined;
  /**
   * Only of these leases; a list for several. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  socialAccountId?: string | readonly string[] | undefined;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Arguments of `operator.organizations.cash.events.retrieve`. */
export interface OrganizationsCashEventsRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** The sequence. At least 1. */
  sequence: number;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Methods of `operator.organizations.cash.events`. */
export class OrganizationsCashEventsResource extends Resource {
  /**
   * List a partner's cash ledger.
   *
   * What the partner sees of it, newest first, with what each movement came from, who made it, and
   * the `reference` of a payment. A child has no cash wallet: 404.
   *
   * `GET /ops/v1/organizations/{orgId}/cash/events`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   movement of cash as the partner sees it, with what it came from and who made it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsCashEventsListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<OpsCashEvent> {
    return this.client.list(
      {
        name: "organizations.cash.events.list",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/cash/events",
      },
      params,
      options,
    );
  }

  /**
   * Read one movement of cash.
   *
   * With what belongs with it: the months of its lease, how each was settled, and their refunds.
   *
   * `GET /ops/v1/organizations/{orgId}/cash/events/{sequence}`, with the role `viewer`.
   *
   * @returns One movement of cash, and what belongs with it.
   * @throws {NotFoundError} `orgId` or `sequence` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsCashEventsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsCashEventDetail> {
    return this.client.call(
      {
        name: "organizations.cash.events.retrieve",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/cash/events/{sequence}",
      },
      params,
      options,
    );
  }
}
