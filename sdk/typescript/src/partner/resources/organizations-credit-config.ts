// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CreditConfigAnswer } from "../types.js";

/** Arguments of `layers.organizations.creditConfig.retrieve`. */
export interface OrganizationsCreditConfigRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
}

/** Arguments of `layers.organizations.creditConfig.update`. */
export interface OrganizationsCreditConfigUpdateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** The most that may be used and reserved in a period; null is no cap. */
  monthlyCreditCap?: number | null | undefined;
  /** A start that would leave less than this available refills first. */
  refillThreshold?: number | null | undefined;
  /** How much a refill moves. At least 1. */
  refillAmount?: number | null | undefined;
}

/** Methods of `layers.organizations.creditConfig`. */
export class OrganizationsCreditConfigResource extends Resource {
  /**
   * Read a child's credit configuration.
   *
   * Its spending cap and automatic refill.
   *
   * `GET /v1/organizations/{orgId}/credit-config`, with the scope `org:admin`.
   *
   * @returns A child's configuration, and its wallet.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsCreditConfigRetrieveParams,
    options?: RequestOptions,
  ): ApiPromise<CreditConfigAnswer> {
    return this.client.call(
      {
        name: "organizations.credit_config.retrieve",
        method: "GET",
        path: "/v1/organizations/{orgId}/credit-config",
      },
      params,
      options,
    );
  }

  /**
   * Change a child's credit configuration.
   *
   * A number sets, null clears, what is left out stays. `refillThreshold` and `refillAmount` have
   * to be both set or both null afterwards; set, they switch automatic refill on.
   *
   * `PATCH /v1/organizations/{orgId}/credit-config`, with the scope `org:admin`.
   *
   * @returns A child's configuration, and its wallet.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(
    params: OrganizationsCreditConfigUpdateParams,
    options?: RequestOptions,
  ): ApiPromise<CreditConfigAnswer> {
    return this.client.call(
      {
        name: "organizations.credit_config.update",
        method: "PATCH",
        path: "/v1/organizations/{orgId}/credit-config",
      },
      params,
      options,
    );
  }
}
