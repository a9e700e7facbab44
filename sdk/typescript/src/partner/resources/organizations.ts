// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { ArchivedOrganization, Migrated, Organization, OrganizationDetail } from "../types.js";
import { OrganizationsApiKeysResource } from "./organizations-api-keys.js";
import { OrganizationsCreditConfigResource } from "./organizations-credit-config.js";
import { OrganizationsCreditsResource } from "./organizations-credits.js";

/** Arguments of `layers.organizations.archive`. */
export interface OrganizationsArchiveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
}

/** Arguments of `layers.organizations.create`. */
export interface OrganizationsCreateParams {
  /** As people know it. At most 128 characters. Example: `Corner Coffee`. */
  name: string;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /**
   * One address, without a name around it. At most 254 characters. Example: `billing@example.com`.
   */
  billingEmail?: string | null | undefined;
}

/** Arguments of `layers.organizations.list`. */
export interface OrganizationsListParams {
  /** Only these; a list for several. */
  status?:
    | "active"
    | "archived"
    | "suspended"
    | (string & {})
    | ReadonlyArray<"active" | "archived" | "suspended" | (string & {})>
    | undefined;
  /** Organizations on a page. From 1 to 200. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.organizations.migrate`. */
export interface OrganizationsMigrateParams {
  /** Child's name by project id. */
  mapping: Readonly<Record<string, string>>;
}

/** Arguments of `layers.organizations.resume`. */
export interface OrganizationsResumeParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
}

/** Arguments of `layers.organizations.retrieve`. */
export interface OrganizationsRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
}

/** Arguments of `layers.organizations.suspend`. */
export interface OrganizationsSuspendParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
}

/** Arguments of `layers.organizations.update`. */
export interface OrganizationsUpdateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** As people know it. At most 128 characters. Example: `Corner Coffee`. */
  name?: string | undefined;
  /**
   * Merges key by key: an empty value removes its key, `null` removes all. At most 100 keys in one
   * change.
   */
  metadata?: Readonly<Record<string, string>> | null | undefined;
  /**
   * One address, without a name around it. At most 254 characters. Example: `billing@example.com`.
   */
  billingEmail?: string | null | undefined;
}

/** Methods of `layers.organizations`. */
export class OrganizationsResource extends Resource {
  /** `layers.organizations.apiKeys`: `create`, `delete`, `list`, `rotate`. */
  readonly apiKeys = new OrganizationsApiKeysResource(this.client);

  /** `layers.organizations.creditConfig`: `retrieve`, `update`. */
  readonly creditConfig = new OrganizationsCreditConfigResource(this.client);

  /** `layers.organizations.credits`: `allocate`, `retrieve`, `events`. */
  readonly credits = new OrganizationsCreditsResource(this.client);

  /**
   * Archive a child.
   *
   * For ever: its keys are revoked, its leases end, its free prepaid credits come back to your
   * wallet, its free allotment lapses. What jobs in flight free when they end comes back then.
   * Archiving it again answers the same.
   *
   * `DELETE /v1/organizations/{orgId}`, with the scope `org:admin`.
   *
   * @returns A child that was archived, and what that did.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  archive(
    params: OrganizationsArchiveParams,
    options?: RequestOptions,
  ): ApiPromise<ArchivedOrganization> {
    return this.client.call(
      { name: "organizations.archive", method: "DELETE", path: "/v1/organizations/{orgId}" },
      params,
      options,
    );
  }

  /**
   * Create a child.
   *
   * An organization for one of your customers, active, with an empty wallet. Children have no
   * children of their own: inside one this is 422.
   *
   * `POST /v1/organizations`, with the scope `org:admin`.
   *
   * @returns A partner, or a child that a partner has created for a customer.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(params: OrganizationsCreateParams, options?: RequestOptions): ApiPromise<Organization> {
    return this.client.call(
      { name: "organizations.create", method: "POST", path: "/v1/organizations" },
      params,
      options,
    );
  }

  /**
   * List your children.
   *
   * Newest first.
   *
   * `GET /v1/organizations`, with the scope `org:admin`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   partner, or a child that a partner has created for a customer.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: OrganizationsListParams = {}, options?: RequestOptions): PagePromise<Organization> {
    return this.client.list(
      { name: "organizations.list", method: "GET", path: "/v1/organizations" },
      params,
      options,
    );
  }

  /**
   * Move projects to new children.
   *
   * One child for each distinct name; its projects move with their jobs, content, accounts and
   * leases, all or nothing. What the ledgers recorded stays where it happened. A job that runs in
   * one of the projects is 409.
   *
   * `POST /v1/organizations/migrate`, with the scope `org:admin`.
   *
   * @returns What a migration did.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  migrate(params: OrganizationsMigrateParams, options?: RequestOptions): ApiPromise<Migrated> {
    return this.client.call(
      { name: "organizations.migrate", method: "POST", path: "/v1/organizations/migrate" },
      params,
      options,
    );
  }

  /**
   * Resume a child.
   *
   * It works again as before. Resuming an active child changes nothing; an archived one is 409.
   *
   * `POST /v1/organizations/{orgId}/resume`, with the scope `org:admin`.
   *
   * @returns A partner, or a child that a partner has created for a customer.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  resume(params: OrganizationsResumeParams, options?: RequestOptions): ApiPromise<Organization> {
    return this.client.call(
      { name: "organizations.resume", method: "POST", path: "/v1/organizations/{orgId}/resume" },
      params,
      options,
    );
  }

  /**
   * Read a child.
   *
   * With a summary of its projects and its wallet.
   *
   * `GET /v1/organizations/{orgId}`, with the scope `org:admin`.
   *
   * @returns A child organization with its summary.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsRetrieveParams,
    options?: RequestOptions,
  ): ApiPromise<OrganizationDetail> {
    return this.client.call(
      { name: "organizations.retrieve", method: "GET", path: "/v1/organizations/{orgId}" },
      params,
      options,
    );
  }

  /**
   * Suspend a child.
   *
   * Its own keys get 503 from the next request on, and it starts no work. Jobs in flight finish;
   * its leases stay and renew. Suspending it again changes nothing; an archived child is 409.
   *
   * `POST /v1/organizations/{orgId}/suspend`, with the scope `org:admin`.
   *
   * @returns A partner, or a child that a partner has created for a customer.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  suspend(params: OrganizationsSuspendParams, options?: RequestOptions): ApiPromise<Organization> {
    return this.client.call(
      { name: "organizations.suspend", method: "POST", path: "/v1/organizations/{orgId}/suspend" },
      params,
      options,
    );
  }

  /**
   * Change a child.
   *
   * What is left out stays. Metadata merges key by key: an empty value removes its key.
   *
   * `PATCH /v1/organizations/{orgId}`, with the scope `org:admin`.
   *
   * @returns A partner, or a child that a partner has created for a customer.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(params: OrganizationsUpdateParams, options?: RequestOptions): ApiPromise<Organization> {
    return this.client.call(
      { name: "organizations.update", method: "PATCH", path: "/v1/organizations/{orgId}" },
      params,
      options,
    );
  }
}
