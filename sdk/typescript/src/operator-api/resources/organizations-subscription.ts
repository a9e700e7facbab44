// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { SetSubscription } from "../types.js";

/** Arguments of `operator.organizations.subscription.update`. */
export interface OrganizationsSubscriptionUpdateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** What was bought. */
  tier: "enterprise" | "free" | "pro" | "scale" | "starter" | (string & {});
  /** What each period grants while billing is active. */
  includedCredits: number;
  /** Only `active` gets the allotment of each period. */
  billingStatus: "active" | "canceled" | "past_due" | (string & {});
  /**
   * Cut to its day, the day of the month on which periods begin. Without it: as before, or today.
   * Example: `2026-06-01T00:00:00.000Z`.
   */
  startedAt?: string | Date | null | undefined;
}

/** Methods of `operator.organizations.subscription`. */
export class OrganizationsSubscriptionResource extends Resource {
  /**
   * Set a subscription.
   *
   * More included credits apply at once, as far as they exceed the highest allotment this period
   * has granted; fewer from the next period. Moving the start ends the current period now.
   *
   * `PUT /ops/v1/organizations/{orgId}/subscription`, with the role `finance`.
   *
   * @returns A subscription as it is now, and the wallet after what it granted.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(
    params: OrganizationsSubscriptionUpdateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<SetSubscription> {
    return this.client.call(
      {
        name: "organizations.subscription.update",
        method: "PUT",
        path: "/ops/v1/organizations/{orgId}/subscription",
      },
      params,
      options,
    );
  }
}
