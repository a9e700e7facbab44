// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { ApiKey, ApiKeyWithSecret } from "../types.js";

/** Arguments of `operator.organizations.apiKeys.create`. */
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

/** Arguments of `operator.organizations.apiKeys.list`. */
export interface OrganizationsApiKeysListParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Keys on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.organizations.apiKeys.unkill`. */
export interface OrganizationsApiKeysUnkillParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  keyId: string;
}

/** Methods of `operator.organizations.apiKeys`. */
export class OrganizationsApiKeysResource extends Resource {
  /**
   * Mint a partner's key.
   *
   * With any scopes, `org:admin` included if it is asked for. A `test` key belongs to the partner's
   * test environment, which shares nothing with the live one.
   *
   * `POST /ops/v1/organizations/{orgId}/api-keys`, with the role `operator`.
   *
   * @returns A new key. This is the only time that its secret is shown.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: OrganizationsApiKeysCreateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<ApiKeyWithSecret> {
    return this.client.call(
      {
        name: "organizations.api_keys.create",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/api-keys",
      },
      params,
      options,
    );
  }

  /**
   * List a partner's keys.
   *
   * Those of both environments, newest first.
   *
   * `GET /ops/v1/organizations/{orgId}/api-keys`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   API key, without its secret.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsApiKeysListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<ApiKey> {
    return this.client.list(
      {
        name: "organizations.api_keys.list",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/api-keys",
      },
      params,
      options,
    );
  }

  /**
   * Bring a killed key back.
   *
   * It works again with the secret it has. A deleted key is 409.
   *
   * `POST /ops/v1/organizations/{orgId}/api-keys/{keyId}/unkill`, with the role `operator`.
   *
   * @returns An API key, without its secret.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `orgId` or `keyId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  unkill(
    params: OrganizationsApiKeysUnkillParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<ApiKey> {
    return this.client.call(
      {
        name: "organizations.api_keys.unkill",
        method: "POST",
        path: "/ops/v1/organizations/{orgId}/api-keys/{keyId}/unkill",
      },
      params,
      options,
    );
  }
}
