// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Replayed, WebhookDelivery, WebhookDeliveryDetail } from "../types.js";

/** Arguments of `operator.webhookEndpoints.deliveries.list`. */
export interface WebhookEndpointsDeliveriesListParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Only these; a list for several. */
  eventType?:
    | "api_key.killed"
    | "content.generated"
    | "credits.allocated"
    | "credits.low"
    | "job.canceled"
    | "job.completed"
    | "job.failed"
    | "lease_request.assigned"
    | "lease_request.rejected"
    | "leased_account.disconnected"
    | "leased_account.past_due"
    | "leased_account.renewed"
    | "organization.archived"
    | "organization.resumed"
    | "organization.suspended"
    | "post.canceled"
    | "post.failed"
    | "post.published"
    | "post.scheduled"
    | "social_account.connected"
    | "social_account.revoked"
    | "test.ping"
    | "webhook_endpoint.auto_paused"
    | (string & {})
    | ReadonlyArray<
        | "api_key.killed"
        | "content.generated"
        | "credits.allocated"
        | "credits.low"
        | "job.canceled"
        | "job.completed"
        | "job.failed"
        | "lease_request.assigned"
        | "lease_request.rejected"
        | "leased_account.disconnected"
        | "leased_account.past_due"
        | "leased_account.renewed"
        | "organization.archived"
        | "organization.resumed"
        | "organization.suspended"
        | "post.canceled"
        | "post.failed"
        | "post.published"
        | "post.scheduled"
        | "social_account.connected"
        | "social_account.revoked"
        | "test.ping"
        | "webhook_endpoint.auto_paused"
        | (string & {})
      >
    | undefined;
  /** Only these; a list for several. */
  status?:
    | "abandoned"
    | "delivered"
    | "delivering"
    | "failed"
    | "pending"
    | (string & {})
    | ReadonlyArray<"abandoned" | "delivered" | "delivering" | "failed" | "pending" | (string & {})>
    | undefined;
  /** Deliveries on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.webhookEndpoints.deliveries.replay`. */
export interface WebhookEndpointsDeliveriesReplayParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  deliveryId: string;
}

/** Arguments of `operator.webhookEndpoints.deliveries.retrieve`. */
export interface WebhookEndpointsDeliveriesRetrieveParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  deliveryId: string;
}

/** Methods of `operator.webhookEndpoints.deliveries`. */
export class WebhookEndpointsDeliveriesResource extends Resource {
  /**
   * List the deliveries of a webhook endpoint.
   *
   * As its partner can, newest first. With a filter a page may have few items, or none, and others
   * follow: go on while there is a `nextCursor`.
   *
   * `GET /ops/v1/webhook-endpoints/{endpointId}/deliveries`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   event on its way to an endpoint, and how far it is.
   * @throws {NotFoundError} `endpointId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: WebhookEndpointsDeliveriesListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<WebhookDelivery> {
    return this.client.list(
      {
        name: "webhook_endpoints.deliveries.list",
        method: "GET",
        path: "/ops/v1/webhook-endpoints/{endpointId}/deliveries",
      },
      params,
      options,
    );
  }

  /**
   * Replay a delivery.
   *
   * As its partner can: its data is sent again, as an event with an id of its own.
   *
   * `POST /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay`, with the role
   * `operator`.
   *
   * @returns A replay that is on its way.
   * @throws {ConflictError} The delivery has not ended yet, or its endpoint is paused, as `status`
   *   says; or its organization is not active, its event is no longer kept, or the endpoint does
   *   not get it any more, as `reason` says.
   * @throws {NotFoundError} `endpointId` or `deliveryId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  replay(
    params: WebhookEndpointsDeliveriesReplayParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<Replayed> {
    return this.client.call(
      {
        name: "webhook_endpoints.deliveries.replay",
        method: "POST",
        path: "/ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay",
      },
      params,
      options,
    );
  }

  /**
   * Read a delivery.
   *
   * With what is sent, and what each attempt came to.
   *
   * `GET /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}`, with the role `viewer`.
   *
   * @returns A delivery with what is sent, and its attempts.
   * @throws {NotFoundError} `endpointId` or `deliveryId` names nothing that exists.
   */
  retrieve(
    params: WebhookEndpointsDeliveriesRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<WebhookDeliveryDetail> {
    return this.client.call(
      {
        name: "webhook_endpoints.deliveries.retrieve",
        method: "GET",
        path: "/ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}",
      },
      params,
      options,
    );
  }
}
