// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsWebhookEndpoint } from "../types.js";
import { WebhookEndpointsDeliveriesResource } from "./webhook-endpoints-deliveries.js";

/** Arguments of `operator.webhookEndpoints.list`. */
export interface WebhookEndpointsListParams {
  /**
   * Only of this one; a child's are its own. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  organizationId?: string | undefined;
  /** Only these; a list for several. */
  status?:
    | "active"
    | "auto_paused"
    | "paused"
    | (string & {})
    | ReadonlyArray<"active" | "auto_paused" | "paused" | (string & {})>
    | undefined;
  /** `true`: only those whose last attempt failed. */
  failing?: boolean | undefined;
  /** Endpoints on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.webhookEndpoints.retrieve`. */
export interface WebhookEndpointsRetrieveParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
}

/** Arguments of `operator.webhookEndpoints.unpause`. */
export interface WebhookEndpointsUnpauseParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
}

/** Methods of `operator.webhookEndpoints`. */
export class WebhookEndpointsResource extends Resource {
  /** `operator.webhookEndpoints.deliveries`: `list`, `replay`, `retrieve`. */
  readonly deliveries = new WebhookEndpointsDeliveriesResource(this.client);

  /**
   * List webhook endpoints.
   *
   * Those of all partners, of both environments, newest first. With a filter a page may have few
   * items, or none, and others follow: go on while there is a `nextCursor`.
   *
   * `GET /ops/v1/webhook-endpoints`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   webhook endpoint, whose it is, and what waits to be sent to it.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: WebhookEndpointsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<OpsWebhookEndpoint> {
    return this.client.list(
      { name: "webhook_endpoints.list", method: "GET", path: "/ops/v1/webhook-endpoints" },
      params,
      options,
    );
  }

  /**
   * Read a webhook endpoint.
   *
   * Whose it is, why the server paused it, what waits to be sent to it, and its last error.
   *
   * `GET /ops/v1/webhook-endpoints/{endpointId}`, with the role `viewer`.
   *
   * @returns A webhook endpoint, whose it is, and what waits to be sent to it.
   * @throws {NotFoundError} `endpointId` names nothing that exists.
   */
  retrieve(
    params: WebhookEndpointsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsWebhookEndpoint> {
    return this.client.call(
      {
        name: "webhook_endpoints.retrieve",
        method: "GET",
        path: "/ops/v1/webhook-endpoints/{endpointId}",
      },
      params,
      options,
    );
  }

  /**
   * Unpause a webhook endpoint.
   *
   * One that the server has paused is active again, and its failures count from none. What was
   * abandoned meanwhile comes when its partner recovers it. One that its partner paused is 409.
   *
   * `POST /ops/v1/webhook-endpoints/{endpointId}/unpause`, with the role `operator`.
   *
   * @returns A webhook endpoint, whose it is, and what waits to be sent to it.
   * @throws {ConflictError} Its partner has paused it, as `status` says.
   * @throws {NotFoundError} `endpointId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  unpause(
    params: WebhookEndpointsUnpauseParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsWebhookEndpoint> {
    return this.client.call(
      {
        name: "webhook_endpoints.unpause",
        method: "POST",
        path: "/ops/v1/webhook-endpoints/{endpointId}/unpause",
      },
      params,
      options,
    );
  }
}
