// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { FormatPrices, OpsOrganization, OpsOrganizationDetail } from "../types.js";
import { OrganizationsApiKeysResource } from "./organizations-api-keys.js";
import { OrganizationsCashResource } from "./organizations-cash.js";
import { OrganizationsCreditsResource } from "./organizations-credits.js";
import { OrganizationsProjectsResource } from "./organizations-projects.js";
import { OrganizationsSubscriptionResource } from "./organizations-subscription.js";

/** Arguments of `operator.organizations.create`. */
export interface OrganizationsCreateParams {
  /** As people know it. At most 128 characters. Example: `Corner Coffee`. */
  name: string;
  /**
   * One address, without a name around it. At most 254 characters. Example: `billing@example.com`.
   */
  billingEmail?: string | null | undefined;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** How many requests its keys may send. Default: `standard`. */
  rateLimitTier?:
    | "internal"
    | "partner"
    | "pilot"
    | "sandbox"
    | "standard"
    | (string & {})
    | undefined;
}

/** Arguments of `operator.organizations.list`. */
export interface OrganizationsListParams {
  /** A part of the name, whatever its case. At most 128 characters. */
  search?: string | undefined;
  /** Only these; a list for several. */
  status?:
    | "active"
    | "archived"
    | "suspended"
    | (string & {})
    | ReadonlyArray<"active" | "archived" | "suspended" | (string & {})>
    | undefined;
  /** Only the children of this partner. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  parentOrganizationId?: string | undefined;
  /** `true`: no children. */
  partnersOnly?: boolean | undefined;
  /** Organizations on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.organizations.retrieve`. */
export interface OrganizationsRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** A partner has wallets and counts of its own in each; a child is in one. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Arguments of `operator.organizations.update`. */
export interface OrganizationsUpdateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** How many requests its keys may send. */
  rateLimitTier?:
    | "internal"
    | "partner"
    | "pilot"
    | "sandbox"
    | "standard"
    | (string & {})
    | undefined;
  /** Upper bounds of what one piece of content costs; what is left out stays as it is. */
  formatPrices?: FormatPrices | undefined;
  /** Suspending a partner stops its keys and those of all its children. */
  status?: "active" | "suspended" | (string & {}) | undefined;
}

/** Methods of `operator.organizations`. */
export class OrganizationsResource extends Resource {
  /** `operator.organizations.apiKeys`: `create`, `list`, `unkill`. */
  readonly apiKeys = new OrganizationsApiKeysResource(this.client);

  /** `operator.organizations.cash`: `adjust`, `refund`, `retrieve`, `topUp`, `events`. */
  readonly cash = new OrganizationsCashResource(this.client);

  /**
   * `operator.organizations.credits`: `adjust`, `grant`, `purchase`, `refund`, `retrieve`,
   * `events`, `reservations`.
   */
  readonly credits = new OrganizationsCreditsResource(this.client);

  /** `operator.organizations.projects`: `list`. */
  readonly projects = new OrganizationsProjectsResource(this.client);

  /** `operator.organizations.subscription`: `update`. */
  readonly subscription = new OrganizationsSubscriptionResource(this.client);

  /**
   * Onboard a partner.
   *
   * It becomes an organization with empty wallets, in the live and the test environment.
   *
   * `POST /ops/v1/organizations`, with the role `operator`.
   *
   * @returns An organization with what only the operator decides.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: OrganizationsCreateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsOrganization> {
    return this.client.call(
      { name: "organizations.create", method: "POST", path: "/ops/v1/organizations" },
      params,
      options,
    );
  }

  /**
   * List organizations.
   *
   * All partners and their children, newest first.
   *
   * `GET /ops/v1/organizations`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   organization with what only the operator decides.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<OpsOrganization> {
    return this.client.list(
      { name: "organizations.list", method: "GET", path: "/ops/v1/organizations" },
      params,
      options,
    );
  }

  /**
   * Read an organization.
   *
   * With its wallets, its keys and what it has, in one environment.
   *
   * `GET /ops/v1/organizations/{orgId}`, with the role `viewer`.
   *
   * @returns An organization with its wallets and counts.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsOrganizationDetail> {
    return this.client.call(
      { name: "organizations.retrieve", method: "GET", path: "/ops/v1/organizations/{orgId}" },
      params,
      options,
    );
  }

  /**
   * Change an organization.
   *
   * `status: "suspended"` on a partner is the kill switch: from the next request on, its keys and
   * those of all its children get 503, in both environments. An archived child is 409.
   *
   * `PATCH /ops/v1/organizations/{orgId}`, with the role `operator`.
   *
   * @returns An organization with what only the operator decides.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(
    params: OrganizationsUpdateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsOrganization> {
    return this.client.call(
      { name: "organizations.update", method: "PATCH", path: "/ops/v1/organizations/{orgId}" },
      params,
      options,
    );
  }
}
