// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsWebhookEndpoint, Recovered } from "../types.js";
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
  /**
   * `createdAt`: newest first. `failingSince`: only those that fail, the longest failing first.
   * Default: `createdAt`.
   */
  sort?: "createdAt" | "failingSince" | (string & {}) | undefined;
  /** Endpoints on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.webhookEndpoints.recover`. */
export interface WebhookEndpointsRecoverParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Events from this instant on, at most 30 days back. Example: `2026-06-01T00:00:00.000Z`. */
  since: string | Date;
  /** Events up to this instant, inclusive; else up to now. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | null | undefined;
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
   * Send again what a webhook endpoint has missed.
   *
   * As its partner can: each event of that time whose delivery was abandoned gets a new delivery,
   * and those that wait for their next try are due at once. One request recovers up to 10,000: with
   * `hasMore`, send another one.
   *
   * `POST /ops/v1/webhook-endpoints/{endpointId}/recover`, with the role `operator`.
   *
   * @returns What is being sent again.
   * @throws {ConflictError} The endpoint is paused, as `status` says, or its organization is not
   *   active, as `reason` says.
   * @throws {NotFoundError} `endpointId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  recover(
    params: WebhookEndpointsRecoverParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<Recovered> {
    return this.client.call(
      {
        name: "webhook_endpoints.recover",
        method: "POST",
        path: "/ops/v1/webhook-endpoints/{endpointId}/recover",
      },
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
