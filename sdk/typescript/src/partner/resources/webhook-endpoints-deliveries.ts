// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { WebhookDelivery } from "../types.js";

/** Arguments of `layers.webhookEndpoints.deliveries.list`. */
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

/** Methods of `layers.webhookEndpoints.deliveries`. */
export class WebhookEndpointsDeliveriesResource extends Resource {
  /**
   * List the deliveries of a webhook endpoint.
   *
   * Newest first. They are kept for 30 days. With a filter a page may have few items, or none, and
   * others follow: go on while there is a `nextCursor`.
   *
   * `GET /v1/webhook-endpoints/{endpointId}/deliveries`, with the scope `webhooks:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   event on its way to an endpoint, and how far it is.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: WebhookEndpointsDeliveriesListParams,
    options?: RequestOptions,
  ): PagePromise<WebhookDelivery> {
    return this.client.list(
      {
        name: "webhook_endpoints.deliveries.list",
        method: "GET",
        path: "/v1/webhook-endpoints/{endpointId}/deliveries",
      },
      params,
      options,
    );
  }
}
