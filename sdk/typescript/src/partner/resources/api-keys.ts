// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { DeletedOwnApiKey, KilledApiKey, OwnApiKeyWithSecret } from "../types.js";

/** Arguments of `layers.apiKeys.delete`. */
export interface ApiKeysDeleteParams {
  /** Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  keyId: string;
}

/** Arguments of `layers.apiKeys.kill`. */
export interface ApiKeysKillParams {
  /** Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  keyId: string;
}

/** Arguments of `layers.apiKeys.rotate`. */
export interface ApiKeysRotateParams {
  /** Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  keyId: string;
}

/** Methods of `layers.apiKeys`. */
export class ApiKeysResource extends Resource {
  /**
   * Delete a key.
   *
   * From the next request on it gets 401, for ever. For this key itself, or any of your
   * organization whose scopes this one covers.
   *
   * `DELETE /v1/api-keys/{keyId}`.
   *
   * @returns A key that was deleted.
   * @throws {NotFoundError} `keyId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  delete(params: ApiKeysDeleteParams, options?: RequestOptions): ApiPromise<DeletedOwnApiKey> {
    return this.client.call(
      { name: "api_keys.delete", method: "DELETE", path: "/v1/api-keys/{keyId}" },
      params,
      options,
    );
  }

  /**
   * Kill a key.
   *
   * From the next request on it gets 503, until it is rotated or the operator brings it back. For
   * this key itself, or any of your organization whose scopes this one covers.
   *
   * `POST /v1/api-keys/{keyId}/kill`.
   *
   * @returns A key that was killed.
   * @throws {NotFoundError} `keyId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  kill(params: ApiKeysKillParams, options?: RequestOptions): ApiPromise<KilledApiKey> {
    return this.client.call(
      { name: "api_keys.kill", method: "POST", path: "/v1/api-keys/{keyId}/kill" },
      params,
      options,
    );
  }

  /**
   * Rotate a key.
   *
   * The key keeps its id and gets a new prefix and secret; the old secret stops working at once. A
   * kill is cleared. For this key itself, or any of your organization whose scopes this one covers.
   * A key that rotates itself cannot ask again if the answer is lost: its retry is 401, whatever
   * its Idempotency-Key. A key that its partner has rotated acts on itself alone.
   *
   * `POST /v1/api-keys/{keyId}/rotate`.
   *
   * @returns A key with its new secret, which is shown this once.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `keyId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  rotate(params: ApiKeysRotateParams, options?: RequestOptions): ApiPromise<OwnApiKeyWithSecret> {
    return this.client.call(
      { name: "api_keys.rotate", method: "POST", path: "/v1/api-keys/{keyId}/rotate" },
      params,
      options,
    );
  }
}
