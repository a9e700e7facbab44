// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Allocation, Credits } from "../types.js";
import { OrganizationsCreditsEventsResource } from "./organizations-credits-events.js";

/** Arguments of `layers.organizations.credits.allocate`. */
export interface OrganizationsCreditsAllocateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** How many to move. At least 1. */
  credits: number;
  /** Both ledgers show it. At most 500 characters. */
  description?: string | null | undefined;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** Arguments of `layers.organizations.credits.retrieve`. */
export interface OrganizationsCreditsRetrieveParams {
  /**
   * The child organization whose wallet you want. Must be a direct child of yours, otherwise 404.
   * `org_` and a UUID, or the bare UUID. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  orgId: string;
}

/** Methods of `layers.organizations.credits`. */
export class OrganizationsCreditsResource extends Resource {
  /** `layers.organizations.credits.events`: `list`, `verify`. */
  readonly events = new OrganizationsCreditsEventsResource(this.client);

  /**
   * Allocate credits to a child.
   *
   * Moves prepaid credits from your wallet to the child's, at most what is both prepaid and
   * available. A repetition with the same `Idempotency-Key` answers the first transfer, however
   * much later: a key moves credits once.
   *
   * `POST /v1/organizations/{orgId}/credits/allocate`, with the scope `org:admin`.
   *
   * @returns A transfer of prepaid credits, and the child's wallet right after it.
   * @throws {BillingExhaustedError} Less is prepaid and not reserved than should move: `reason` is
   *   `insufficient_prepaid`.
   * @throws {NotFoundError} `orgId` is not a direct child of your organization.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  allocate(
    params: OrganizationsCreditsAllocateParams,
    options?: RequestOptions,
  ): ApiPromise<Allocation> {
    return this.client.call(
      {
        name: "organizations.credits.allocate",
        method: "POST",
        path: "/v1/organizations/{orgId}/credits/allocate",
      },
      params,
      options,
    );
  }

  /**
   * Read a child's wallet.
   *
   * How much funding a customer of yours has left: both the gross balance and what it can spend
   * now. Call it with your own key, the parent's, with `org:admin`. The shape is that of your own
   * wallet (`GET /v1/credits`), with the same balances and the same estimates, but of the child
   * that the path names. An organization that is not a direct child of yours is 404, whether it
   * exists or not; a child that is suspended or archived is 503.
   *
   * `GET /v1/organizations/{orgId}/credits`, with the scope `org:admin`.
   *
   * @returns A wallet. Decide on `available` whether its organization may start new work.
   * @throws {NotFoundError} `orgId` is not a direct child of your organization. A stranger's
   *   organization looks the same as a missing one.
   * @throws {ValidationError} Malformed `orgId`.
   */
  retrieve(
    params: OrganizationsCreditsRetrieveParams,
    options?: RequestOptions,
  ): ApiPromise<Credits> {
    return this.client.call(
      {
        name: "organizations.credits.retrieve",
        method: "GET",
        path: "/v1/organizations/{orgId}/credits",
      },
      params,
      options,
    );
  }
}
