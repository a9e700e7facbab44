// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CashWallet, PostedCash } from "../types.js";
import { OrganizationsCashEventsResource } from "./organizations-cash-events.js";

/** Arguments of `operator.organizations.cash.adjust`. */
export interface OrganizationsCashAdjustParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Negative takes money. Not 0. */
  amountCents: number;
  /** The partner sees it. At most 500 characters. Example: `Corrects the transfer of 1 June`. */
  description: string;
  /** Of the payment, such as an invoice. At most 255 characters. */
  reference?: string | null | undefined;
}

/** Arguments of `operator.organizations.cash.refund`. */
export interface OrganizationsCashRefundParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** 0 is the first month. From 0 to 100,000. */
  leaseMonth: number;
  /** At most what the month was charged. At least 1. */
  amountCents: number;
  /** The partner sees it. At most 500 characters. */
  description?: string | null | undefined;
}

/** Arguments of `operator.organizations.cash.retrieve`. */
export interface OrganizationsCashRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Arguments of `operator.organizations.cash.topUp`. */
export interface OrganizationsCashTopUpParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** What was paid in. At least 1. */
  amountCents: number;
  /** The partner sees it. At most 500 characters. Example: `Wire transfer of 1 June`. */
  description: string;
  /** Of the payment, such as an invoice. At most 255 characters. */
  reference?: string | null | undefined;
}

/** Methods of `operator.organizations.cash`. */
export class OrganizationsCashResource extends Resource {
  /** `operator.organizations.cash.events`: `list`, `retrieve`. */
  readonly events = new OrganizationsCashEventsResource(this.client);

  /**
   * Adjust cash.
   *
   * Corrects a partner's cash wallet, never below zero.
   *
   * `POST /ops/v1/organizations/{orgId}/cash/adjustment`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  adjust(
    params: OrganizationsCashAdjustParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCash> {
    return this.client.call(
      {
        name: "organizations.cash.adjust",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/cash/adjustment",
      },
      params,
      options,
    );
  }

  /**
   * Refund a month of a lease.
   *
   * To the partner that paid for it, also when the lease is a child's or is over. All refunds of a
   * month are at most what it was charged: more is 409.
   *
   * `POST /ops/v1/organizations/{orgId}/cash/refund`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  refund(
    params: OrganizationsCashRefundParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCash> {
    return this.client.call(
      {
        name: "organizations.cash.refund",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/cash/refund",
      },
      params,
      options,
    );
  }

  /**
   * Read a partner's cash wallet.
   *
   * As the partner sees it, with how far it reaches, in either environment. A child has none: 404.
   *
   * `GET /ops/v1/organizations/{orgId}/cash`, with the role `viewer`.
   *
   * @returns A partner's cash, from which its leases are paid.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsCashRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<CashWallet> {
    return this.client.call(
      {
        name: "organizations.cash.retrieve",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/cash",
      },
      params,
      options,
    );
  }

  /**
   * Top up cash.
   *
   * Records money that a partner has paid in. A child has no cash wallet: 404. A repetition with
   * the same `Idempotency-Key` answers the first top-up, however much later: a payment that is
   * reported twice comes in once.
   *
   * `POST /ops/v1/organizations/{orgId}/cash/topup`, with the role `finance`.
   *
   * @returns A posting, and the wallet after it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  topUp(
    params: OrganizationsCashTopUpParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PostedCash> {
    return this.client.call(
      {
        name: "organizations.cash.top_up",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/cash/topup",
      },
      params,
      options,
    );
  }
}
