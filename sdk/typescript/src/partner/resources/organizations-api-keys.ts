// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { ApiKey, ApiKeyWithSecret, DeletedApiKey } from "../types.js";

/** Arguments of `layers.organizations.apiKeys.create`. */
export interface OrganizationsApiKeysCreateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** To tell keys apart. At most 120 characters. Example: `Backend`. */
  name: string;
  /** `*` stands for every scope but `org:admin`. At most 64 of them. */
  scopes: ReadonlyArray<
    | "audit:read"
    | "content:approve"
    | "content:read"
    | "content:write"
    | "jobs:cancel"
    | "jobs:read"
    | "leased:write"
    | "org:admin"
    | "projects:read"
    | "projects:write"
    | "publish:read"
    | "publish:write"
    | "social:read"
    | "social:write"
    | "webhooks:read"
    | "webhooks:write"
    | "*"
    | (string & {})
  >;
  /** A `test` key sees the test environment and nothing else. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Arguments of `layers.organizations.apiKeys.delete`. */
export interface OrganizationsApiKeysDeleteParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  keyId: string;
}

/** Arguments of `layers.organizations.apiKeys.list`. */
export interface OrganizationsApiKeysListParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Keys on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.organizations.apiKeys.rotate`. */
export interface OrganizationsApiKeysRotateParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  keyId: string;
}

/** Methods of `layers.organizations.apiKeys`. */
export class OrganizationsApiKeysResource extends Resource {
  /**
   * Mint a child's key.
   *
   * With scopes that your own key covers, never `org:admin`. A `test` key belongs to the child's
   * test environment, which shares nothing with the live one but its id and name.
   *
   * `POST /v1/organizations/{orgId}/api-keys`, with the scope `org:admin`.
   *
   * @returns A new key. This is the only time that its secret is shown.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: OrganizationsApiKeysCreateParams,
    options?: RequestOptions,
  ): ApiPromise<ApiKeyWithSecret> {
    return this.client.call(
      {
        name: "organizations.api_keys.create",
        method: "POST",
        path: "/v1/organizations/{orgId}/api-keys",
      },
      params,
      options,
    );
  }

  /**
   * Delete a child's key.
   *
   * From the next request on it gets 401, for ever. Deleting it again changes nothing.
   *
   * `DELETE /v1/organizations/{orgId}/api-keys/{keyId}`, with the scope `org:admin`.
   *
   * @returns A child's key that was deleted.
   * @throws {NotFoundError} `orgId` or `keyId` does not exist, or this key cannot see it; the two
   *   look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  delete(
    params: OrganizationsApiKeysDeleteParams,
    options?: RequestOptions,
  ): ApiPromise<DeletedApiKey> {
    return this.client.call(
      {
        name: "organizations.api_keys.delete",
        method: "DELETE",
        path: "/v1/organizations/{orgId}/api-keys/{keyId}",
      },
      params,
      options,
    );
  }

  /**
   * List a child's keys.
   *
   * Newest first, without their secrets.
   *
   * `GET /v1/organizations/{orgId}/api-keys`, with the scope `org:admin`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   API key, without its secret.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: OrganizationsApiKeysListParams, options?: RequestOptions): PagePromise<ApiKey> {
    return this.client.list(
      {
        name: "organizations.api_keys.list",
        method: "GET",
        path: "/v1/organizations/{orgId}/api-keys",
      },
      params,
      options,
    );
  }

  /**
   * Rotate a child's key.
   *
   * Mints a successor with the same scopes; the old secret keeps working for 24 hours. A key that
   * was deleted or has a successor already is 409.
   *
   * `POST /v1/organizations/{orgId}/api-keys/{keyId}/rotate`, with the scope `org:admin`.
   *
   * @returns A new key. This is the only time that its secret is shown.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` or `keyId` does not exist, or this key cannot see it; the two
   *   look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  rotate(
    params: OrganizationsApiKeysRotateParams,
    options?: RequestOptions,
  ): ApiPromise<ApiKeyWithSecret> {
    return this.client.call(
      {
        name: "organizations.api_keys.rotate",
        method: "POST",
        path: "/v1/organizations/{orgId}/api-keys/{keyId}/rotate",
      },
      params,
      options,
    );
  }
}
