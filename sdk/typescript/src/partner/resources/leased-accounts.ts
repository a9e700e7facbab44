// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { LeasedAccount, ReleasedAccount } from "../types.js";
import { LeasedAccountsRequestsResource } from "./leased-accounts-requests.js";

/** Arguments of `layers.leasedAccounts.list`. */
export interface LeasedAccountsListParams {
  /**
   * The project whose leased accounts you want. `prj_` and a UUID, or the bare UUID. Example:
   * `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  projectId: string;
  /** Only leases of this status; a list for several. Default: `assigned` only. */
  status?:
    | "assigned"
    | "disconnected"
    | (string & {})
    | ReadonlyArray<"assigned" | "disconnected" | (string & {})>
    | undefined;
  /** Accounts on a page. From 1 to 1,000. Default: 1,000. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.leasedAccounts.listAll`. */
export interface LeasedAccountsListAllParams {
  /** Only leases of this status; a list for several. Default: `assigned` only. */
  status?:
    | "assigned"
    | "disconnected"
    | (string & {})
    | ReadonlyArray<"assigned" | "disconnected" | (string & {})>
    | undefined;
  /** Accounts on a page. From 1 to 1,000. Default: 1,000. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
  /** Only those that are paid, or past due. */
  billingStatus?: "current" | "past_due" | (string & {}) | undefined;
}

/** Arguments of `layers.leasedAccounts.release`. */
export interface LeasedAccountsReleaseParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** For the audit log. At most 1,024 characters. */
  reason?: string | null | undefined;
}

/** Methods of `layers.leasedAccounts`. */
export class LeasedAccountsResource extends Resource {
  /** `layers.leasedAccounts.requests`: `create`, `list`, `retrieve`. */
  readonly requests = new LeasedAccountsRequestsResource(this.client);

  /**
   * List leased accounts.
   *
   * The accounts that the operator has assigned to a project, with billing and renewal. This is the
   * source of truth for what you are paying for and when the next monthly renewal hits. They come
   * in the order of assignment; the sum of `monthlyPriceCents` over the assigned accounts is what a
   * month costs. An account is in the list from the moment it is assigned.
   *
   * `GET /v1/projects/{projectId}/leased-accounts`, with the scope `leased:write`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   account leased to a project: what it costs, and when it is charged next.
   * @throws {NotFoundError} `projectId` is not in your organization.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: LeasedAccountsListParams, options?: RequestOptions): PagePromise<LeasedAccount> {
    return this.client.list(
      {
        name: "leased_accounts.list",
        method: "GET",
        path: "/v1/projects/{projectId}/leased-accounts",
      },
      params,
      options,
    );
  }

  /**
   * List the leased accounts of all projects.
   *
   * Those of your own projects, in the order of assignment, as `GET
   * /v1/projects/{projectId}/leased-accounts` has them for one. With `billingStatus=past_due` these
   * are the accounts that will be lost if their month is not paid.
   *
   * `GET /v1/leased-accounts`, with the scope `leased:write`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   account leased to a project: what it costs, and when it is charged next.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  listAll(
    params: LeasedAccountsListAllParams = {},
    options?: RequestOptions,
  ): PagePromise<LeasedAccount> {
    return this.client.list(
      { name: "leased_accounts.list_all", method: "GET", path: "/v1/leased-accounts" },
      params,
      options,
    );
  }

  /**
   * Release a leased account.
   *
   * The lease ends now and the account goes back to the operator. The month that is paid is not
   * refunded, and months that have begun are charged first. An account that is not leased to you,
   * or no longer, is 404.
   *
   * `DELETE /v1/leased-accounts/{socialAccountId}`, with the scope `leased:write`.
   *
   * @returns A leased account that was given back.
   * @throws {NotFoundError} `socialAccountId` does not exist, or this key cannot see it; the two
   *   look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  release(
    params: LeasedAccountsReleaseParams,
    options?: RequestOptions,
  ): ApiPromise<ReleasedAccount> {
    return this.client.call(
      {
        name: "leased_accounts.release",
        method: "DELETE",
        path: "/v1/leased-accounts/{socialAccountId}",
      },
      params,
      options,
    );
  }
}
