// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";

/** Arguments of `layers.content.assets.retrieveUrl`. */
export interface ContentAssetsRetrieveUrlParams {
  /** Id of the container. Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerId: string;
  /** Id of the asset. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  assetId: string;
}

/** Methods of `layers.content.assets`. */
export class ContentAssetsResource extends Resource {
  /**
   * Read a file.
   *
   * Redirects to an address from which anyone can read the file for one hour, so do not follow it
   * with your key. Ask here again for a new one.
   *
   * `GET /v1/content/{containerId}/assets/{assetId}`, with the scope `content:read`.
   *
   * @returns The address, which is not followed.
   * @throws {NotFoundError} `containerId` or `assetId` does not exist, or this key cannot see it;
   *   the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieveUrl(
    params: ContentAssetsRetrieveUrlParams,
    options?: RequestOptions,
  ): ApiPromise<string> {
    return this.client.locate(
      {
        name: "content.assets.retrieve_url",
        method: "GET",
        path: "/v1/content/{containerId}/assets/{assetId}",
      },
      params,
      options,
    );
  }
}
