// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { RevokedAccount, SocialAccount } from "../types.js";

/** Arguments of `layers.socialAccounts.list`. */
export interface SocialAccountsListParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Only these; a list for several. */
  platform?: "tiktok" | (string & {}) | ReadonlyArray<"tiktok" | (string & {})> | undefined;
  /** Only these; a list for several. */
  status?:
    | "connected"
    | "disconnected"
    | "reauth_required"
    | (string & {})
    | ReadonlyArray<"connected" | "disconnected" | "reauth_required" | (string & {})>
    | undefined;
  /** Only leased ones, or only others. */
  leased?: boolean | undefined;
  /** Accounts on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.socialAccounts.revoke`. */
export interface SocialAccountsRevokeParams {
  /** Id of the social account. Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
}

/** Methods of `layers.socialAccounts`. */
export class SocialAccountsResource extends Resource {
  /**
   * List social accounts.
   *
   * The accounts that a project can publish to, newest first. A leased account is among them,
   * `connected`, from the moment it is assigned, and `disconnected` from the moment its lease ends.
   *
   * `GET /v1/projects/{projectId}/social-accounts`, with the scope `social:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   account that the project can publish to, leased or the customer's own.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: SocialAccountsListParams, options?: RequestOptions): PagePromise<SocialAccount> {
    return this.client.list(
      {
        name: "social_accounts.list",
        method: "GET",
        path: "/v1/projects/{projectId}/social-accounts",
      },
      params,
      options,
    );
  }

  /**
   * Disconnect a social account.
   *
   * Nothing is published to it any more. A leased account is 409: release it instead.
   *
   * `DELETE /v1/social-accounts/{socialAccountId}`, with the scope `social:write`.
   *
   * @returns A social account that was disconnected.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `socialAccountId` does not exist, or this key cannot see it; the two
   *   look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  revoke(params: SocialAccountsRevokeParams, options?: RequestOptions): ApiPromise<RevokedAccount> {
    return this.client.call(
      {
        name: "social_accounts.revoke",
        method: "DELETE",
        path: "/v1/social-accounts/{socialAccountId}",
      },
      params,
      options,
    );
  }
}
