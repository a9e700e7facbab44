// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsCashEvent } from "../types.js";

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
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Methods of `operator.organizations.cash.events`. */
export class OrganizationsCashEventsResource extends Resource {
  /**
   * List a partner's cash ledger.
   *
   * What the partner sees of it, newest first, with who made each movement and the `reference` of a
   * payment. A child has no cash wallet: 404.
   *
   * `GET /ops/v1/organizations/{orgId}/cash/events`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   movement of cash as the partner sees it, and who made it.
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
}
