// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { FollowingEvents } from "../../following.js";
import type { WebhookEvent } from "../types.js";

/** Arguments of `layers.events.createSample`. */
export interface EventsCreateSampleParams {
  /** What has not happened. */
  type:
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
    | "social_account.connected"
    | "social_account.revoked"
    | "webhook_endpoint.auto_paused"
    | (string & {});
  /**
   * Replaces fields of the type's example: any JSON object of at most 16 KiB. Send a `projectId` of
   * yours for an endpoint that has one.
   */
  data?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Arguments of `layers.events.list`. */
export interface EventsListParams {
  /** Only these; a list for several. */
  type?:
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
  /** Only what happened then or later. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** `all_children`: with the events of your children, for `org:admin`. Default: `own`. */
  scope?: "all_children" | "own" | (string & {}) | undefined;
  /**
   * Seconds to wait for an event if there is none yet. The answer comes with the first one. From 0
   * to 20.
   */
  wait?: number | undefined;
  /** Events on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `layers.events`. */
export class EventsResource extends FollowingEvents {
  /**
   * Create a sample event.
   *
   * In the test environment only: an event of this type, with the data of its example and what you
   * send. It is in the feed and sent to endpoints like any other, but nothing has happened. Fields
   * of the type must be as in real events; others are passed on.
   *
   * `POST /v1/events/samples`, with the scope `webhooks:write`.
   *
   * @returns An event. What its `data` is follows from its `type`; new types are added over time.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  createSample(
    params: EventsCreateSampleParams,
    options?: RequestOptions,
  ): ApiPromise<WebhookEvent> {
    return this.client.call(
      { name: "events.create_sample", method: "POST", path: "/v1/events/samples" },
      params,
      options,
    );
  }

  /**
   * Follow the feed of events.
   *
   * Every event of the last 30 days, whether it was sent anywhere or not, in the order in which
   * they became known, the oldest first. Without a cursor it begins with the oldest, or at `since`.
   * With `wait` it answers as soon as there is an event, or empty after that time, or sooner when
   * its place is needed or the server is about to stop. Replays and tests are not in it.
   *
   * `GET /v1/events`, with the scope `webhooks:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   event. What its `data` is follows from its `type`; new types are added over time.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A parameter is malformed; `issues` names every problem. Behind a
   *   cursor whose next events are no longer kept, go on from `oldestCursor`.
   */
  list(params: EventsListParams = {}, options?: RequestOptions): PagePromise<WebhookEvent> {
    return this.client.list(
      { name: "events.list", method: "GET", path: "/v1/events" },
      params,
      options,
    );
  }
}
