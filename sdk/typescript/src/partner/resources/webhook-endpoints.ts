// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type {
  DeletedEndpoint,
  EndpointWithSecret,
  Recovered,
  RotatedSecret,
  SentTest,
  WebhookEndpoint,
} from "../types.js";
import { WebhookEndpointsDeliveriesResource } from "./webhook-endpoints-deliveries.js";

/** Arguments of `layers.webhookEndpoints.create`. */
export interface WebhookEndpointsCreateParams {
  /**
   * Where events are sent: `https`, port 443 or 8443, an address that is routable from anywhere. In
   * development mode also `http` to this machine. At most 2,048 characters. Example:
   * `https://hooks.example.com/layers`.
   */
  url: string;
  /**
   * Types of events that are sent, or `["*"]` alone for all, also those of later releases. At most
   * 50 of them.
   */
  events: ReadonlyArray<
    | "*"
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
  >;
  /** Your own words on what it is for. At most 500 characters. */
  description?: string | null | undefined;
  /**
   * Only events whose `data.projectId` is this. Example:
   * `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  projectId?: string | null | undefined;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /**
   * `all_children`: events of each of your children too; only a key with `org:admin` may choose
   * that, and change such an endpoint or read its deliveries. Default: `own`.
   */
  scope?: "all_children" | "own" | (string & {}) | undefined;
}

/** Arguments of `layers.webhookEndpoints.delete`. */
export interface WebhookEndpointsDeleteParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
}

/** Arguments of `layers.webhookEndpoints.list`. */
export interface WebhookEndpointsListParams {
  /** Only of these; a list for several. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId?: string | readonly string[] | undefined;
  /** Only these; a list for several. */
  status?:
    | "active"
    | "auto_paused"
    | "paused"
    | (string & {})
    | ReadonlyArray<"active" | "auto_paused" | "paused" | (string & {})>
    | undefined;
  /** Endpoints on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.webhookEndpoints.recover`. */
export interface WebhookEndpointsRecoverParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Events from this instant on, at most 30 days back. Example: `2026-06-01T00:00:00.000Z`. */
  since: string | Date;
  /** Events up to this instant, inclusive; else up to now. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | null | undefined;
}

/** Arguments of `layers.webhookEndpoints.retrieve`. */
export interface WebhookEndpointsRetrieveParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
}

/** Arguments of `layers.webhookEndpoints.rotateSecret`. */
export interface WebhookEndpointsRotateSecretParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
}

/** Arguments of `layers.webhookEndpoints.test`. */
export interface WebhookEndpointsTestParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Becomes `data` of the event: any JSON object of at most 16 KiB. Without it, a greeting. */
  payload?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Arguments of `layers.webhookEndpoints.update`. */
export interface WebhookEndpointsUpdateParams {
  /** Id of the endpoint. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /**
   * Where events are sent: `https`, port 443 or 8443, an address that is routable from anywhere. In
   * development mode also `http` to this machine. At most 2,048 characters. Example:
   * `https://hooks.example.com/layers`.
   */
  url?: string | undefined;
  /**
   * Types of events that are sent, or `["*"]` alone for all, also those of later releases. At most
   * 50 of them.
   */
  events?:
    | ReadonlyArray<
        | "*"
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
  /** Your own words on what it is for. At most 500 characters. Example: `Credits for June`. */
  description?: string | null | undefined;
  /**
   * Merges key by key: an empty value removes its key, `null` removes all. At most 100 keys in one
   * change.
   */
  metadata?: Readonly<Record<string, string>> | null | undefined;
  /**
   * `paused`: its events are recorded as abandoned, and can be recovered. `active` sends again, and
   * counts failures from none.
   */
  status?: "active" | "paused" | (string & {}) | undefined;
  /**
   * `all_children`: events of each of your children too; only a key with `org:admin` may choose
   * that, and change such an endpoint or read its deliveries.
   */
  scope?: "all_children" | "own" | (string & {}) | undefined;
}

/** Methods of `layers.webhookEndpoints`. */
export class WebhookEndpointsResource extends Resource {
  /** `layers.webhookEndpoints.deliveries`: `list`. */
  readonly deliveries = new WebhookEndpointsDeliveriesResource(this.client);

  /**
   * Create a webhook endpoint.
   *
   * The events that it asks for are sent to it from now on, each signed with the secret that this
   * answer shows, once. The host of `url` is looked up: an address that is not routable from
   * anywhere is 422, a name that does not resolve yet is accepted.
   *
   * `POST /v1/webhook-endpoints`, with the scope `webhooks:write`.
   *
   * @returns A new endpoint. This is the only time that its signing secret is shown.
   * @throws {ConflictError} There are 20 endpoints already, as `limit` says.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: WebhookEndpointsCreateParams,
    options?: RequestOptions,
  ): ApiPromise<EndpointWithSecret> {
    return this.client.call(
      { name: "webhook_endpoints.create", method: "POST", path: "/v1/webhook-endpoints" },
      params,
      options,
    );
  }

  /**
   * Delete a webhook endpoint.
   *
   * Nothing more is sent to it, not even what waits for its next try, and its deliveries go with
   * it.
   *
   * `DELETE /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:write`.
   *
   * @returns An endpoint that was deleted.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  delete(
    params: WebhookEndpointsDeleteParams,
    options?: RequestOptions,
  ): ApiPromise<DeletedEndpoint> {
    return this.client.call(
      {
        name: "webhook_endpoints.delete",
        method: "DELETE",
        path: "/v1/webhook-endpoints/{endpointId}",
      },
      params,
      options,
    );
  }

  /**
   * List webhook endpoints.
   *
   * Newest first, without their secrets.
   *
   * `GET /v1/webhook-endpoints`, with the scope `webhooks:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   where events are sent.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: WebhookEndpointsListParams = {},
    options?: RequestOptions,
  ): PagePromise<WebhookEndpoint> {
    return this.client.list(
      { name: "webhook_endpoints.list", method: "GET", path: "/v1/webhook-endpoints" },
      params,
      options,
    );
  }

  /**
   * Send again what a webhook endpoint has missed.
   *
   * Each event of that time whose delivery was abandoned gets a new delivery, with the id that the
   * event has; those that wait for their next try are due at once. The oldest come first. One
   * request recovers up to 10,000: with `hasMore`, send another one.
   *
   * `POST /v1/webhook-endpoints/{endpointId}/recover`, with the scope `webhooks:write`.
   *
   * @returns What is being sent again.
   * @throws {ConflictError} The endpoint is paused, as `status` says.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  recover(params: WebhookEndpointsRecoverParams, options?: RequestOptions): ApiPromise<Recovered> {
    return this.client.call(
      {
        name: "webhook_endpoints.recover",
        method: "POST",
        path: "/v1/webhook-endpoints/{endpointId}/recover",
      },
      params,
      options,
    );
  }

  /**
   * Read a webhook endpoint.
   *
   * `GET /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:read`.
   *
   * @returns Where events are sent.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: WebhookEndpointsRetrieveParams,
    options?: RequestOptions,
  ): ApiPromise<WebhookEndpoint> {
    return this.client.call(
      {
        name: "webhook_endpoints.retrieve",
        method: "GET",
        path: "/v1/webhook-endpoints/{endpointId}",
      },
      params,
      options,
    );
  }

  /**
   * Rotate the signing secret of a webhook endpoint.
   *
   * For 24 hours requests are signed with both the new secret and the previous one, so that a
   * receiver can change over meanwhile. Rotated again within that time, the newest two sign: the
   * one before them ends at once.
   *
   * `POST /v1/webhook-endpoints/{endpointId}/rotate-secret`, with the scope `webhooks:write`.
   *
   * @returns A new signing secret, which is shown this once.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  rotateSecret(
    params: WebhookEndpointsRotateSecretParams,
    options?: RequestOptions,
  ): ApiPromise<RotatedSecret> {
    return this.client.call(
      {
        name: "webhook_endpoints.rotate_secret",
        method: "POST",
        path: "/v1/webhook-endpoints/{endpointId}/rotate-secret",
      },
      params,
      options,
    );
  }

  /**
   * Test a webhook endpoint.
   *
   * Sends it a `test.ping`, whatever events it asks for. What came of it is in the delivery.
   *
   * `POST /v1/webhook-endpoints/{endpointId}/test`, with the scope `webhooks:write`.
   *
   * @returns A test that is on its way.
   * @throws {ConflictError} The endpoint is paused, as `status` says.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  test(params: WebhookEndpointsTestParams, options?: RequestOptions): ApiPromise<SentTest> {
    return this.client.call(
      {
        name: "webhook_endpoints.test",
        method: "POST",
        path: "/v1/webhook-endpoints/{endpointId}/test",
      },
      params,
      options,
    );
  }

  /**
   * Change a webhook endpoint.
   *
   * What is left out stays. `events` replaces the list; metadata merges key by key. `status:
   * "active"` sends again what comes from now on, and counts failures from none; what was abandoned
   * meanwhile comes with a recovery. A new `url` is checked as at creation.
   *
   * `PATCH /v1/webhook-endpoints/{endpointId}`, with the scope `webhooks:write`.
   *
   * @returns Where events are sent.
   * @throws {NotFoundError} `endpointId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(
    params: WebhookEndpointsUpdateParams,
    options?: RequestOptions,
  ): ApiPromise<WebhookEndpoint> {
    return this.client.call(
      {
        name: "webhook_endpoints.update",
        method: "PATCH",
        path: "/v1/webhook-endpoints/{endpointId}",
      },
      params,
      options,
    );
  }
}
