// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CreditReservation } from "../types.js";

/** Arguments of `operator.organizations.credits.reservations.list`. */
export interface OrganizationsCreditsReservationsListParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
  /** Reservations on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `operator.organizations.credits.reservations`. */
export class OrganizationsCreditsReservationsResource extends Resource {
  /**
   * List an organization's open reservations.
   *
   * Which running jobs hold which credits of its wallet, the oldest first. They sum to its
   * `reservedCredits`.
   *
   * `GET /ops/v1/organizations/{orgId}/credits/reservations`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   credits that a job holds until it ends.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsCreditsReservationsListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<CreditReservation> {
    return this.client.list(
      {
        name: "organizations.credits.reservations.list",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/credits/reservations",
      },
      params,
      options,
    );
  }
}
