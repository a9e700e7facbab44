// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Credits, PostedCredits } from "../types.js";
import { OrganizationsCreditsEventsResource } from "./organizations-credits-events.js";
import { OrganizationsCreditsReservationsResource } from "./organizations-credits-reservations.js";

/** Arguments of `operator.organizations.credits.adjust`. */
export interface OrganizationsCreditsAdjustParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Negative takes credits. Not 0. */
  credits: number;
  /** The partner sees it. At most 500 characters. Example: `Corrects the grant of 1 June`. */
  description: string;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** Arguments of `operator.organizations.credits.grant`. */
export interface OrganizationsCreditsGrantParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** How many to add. At least 1. */
  credits: number;
  /** The partner sees it. At most 500 characters. */
  description?: string | null | undefined;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** Arguments of `operator.organizations.credits.purchase`. */
export interface OrganizationsCreditsPurchaseParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** How many to add. At least 1. */
  credits: number;
  /** The partner sees it. At most 500 characters. */
  description?: string | null | undefined;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** Arguments of `operator.organizations.credits.refund`. */
export interface OrganizationsCreditsRefundParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** With earlier refunds of the job, at most its charge. At least 1. */
  credits: number;
  /** The partner sees it. At most 500 characters. */
  description?: string | null | undefined;
}

/** Arguments of `operator.organizations.credits.retrieve`. */
export interface OrganizationsCreditsRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Methods of `operator.organizations.credits`. */
export class OrganizationsCreditsResource extends Resource {
  /** `operator.organizations.credits.events`: `list`, `retrieve`. */
  readonly events = new OrganizationsCreditsEventsResource(this.client);

  /** `operator.organizations.credits.reservations`: `list`. */
  readonly reservations = new OrganizationsCreditsReservationsResource(this.client);

  /**
   * Adjust credits.
   *
   * Corrects prepaid credits, down at most by what no work in flight may need.
   *
   * `POST /ops/v1/organizations/{orgId}/credits/adjustment`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  adjust(
    params: OrganizationsCreditsAdjustParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCredits> {
    return this.client.call(
      {
        name: "organizations.credits.adjust",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/credits/adjustment",
      },
      params,
      options,
    );
  }

  /**
   * Grant credits.
   *
   * A repetition with the same `Idempotency-Key` answers the first grant, however much later.
   *
   * `POST /ops/v1/organizations/{orgId}/credits/grant`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  grant(
    params: OrganizationsCreditsGrantParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCredits> {
    return this.client.call(
      {
        name: "organizations.credits.grant",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/credits/grant",
      },
      params,
      options,
    );
  }

  /**
   * Record purchased credits.
   *
   * A repetition with the same `Idempotency-Key` answers the first purchase, however much later: a
   * payment that is reported twice is credited once.
   *
   * `POST /ops/v1/organizations/{orgId}/credits/purchase`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  purchase(
    params: OrganizationsCreditsPurchaseParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCredits> {
    return this.client.call(
      {
        name: "organizations.credits.purchase",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/credits/purchase",
      },
      params,
      options,
    );
  }

  /**
   * Refund credits.
   *
   * Gives back to prepaid what a job was charged; all refunds of a job are at most its charge.
   *
   * `POST /ops/v1/organizations/{orgId}/credits/refund`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  refund(
    params: OrganizationsCreditsRefundParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCredits> {
    return this.client.call(
      {
        name: "organizations.credits.refund",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/credits/refund",
      },
      params,
      options,
    );
  }

  /**
   * Read an organization's wallet.
   *
   * As its partner sees it, in either environment, also while it is suspended or archived.
   *
   * `GET /ops/v1/organizations/{orgId}/credits`, with the role `viewer`.
   *
   * @returns A wallet. Decide on `available` whether its organization may start new work.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsCreditsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<Credits> {
    return this.client.call(
      {
        name: "organizations.credits.retrieve",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/credits",
      },
      params,
      options,
    );
  }
}
