// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { PortalSession } from "../types.js";

/** Arguments of `layers.portalSessions.create`. */
export interface PortalSessionsCreateParams {
  /**
   * How long the link can be opened, and the session that it opens goes on, from now. From 60 to
   * 3,600. Default: 900.
   */
  expiresInSeconds?: number | undefined;
  /**
   * Where the pages link back to: `https`. In development mode also `http` to this machine. At most
   * 2,048 characters. Example: `https://app.example.com/billing`.
   */
  returnUrl?: string | null | undefined;
}

/** Methods of `layers.portalSessions`. */
export class PortalSessionsResource extends Resource {
  /**
   * Create a portal session.
   *
   * A link for one browser to pages on which the people of an organization see its money: what is
   * in the wallet, every movement, what is leased and when it renews. Redirect them there. The link
   * works once.
   *
   * `POST /v1/portal-sessions`, with the scope `org:admin`.
   *
   * @returns A session of the portal that waits to be opened.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: PortalSessionsCreateParams = {},
    options?: RequestOptions,
  ): ApiPromise<PortalSession> {
    return this.client.call(
      { name: "portal_sessions.create", method: "POST", path: "/v1/portal-sessions" },
      params,
      options,
    );
  }
}
