// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Replayed, WebhookDeliveryDetail } from "../types.js";

/** Arguments of `layers.webhookDeliveries.replay`. */
export interface WebhookDeliveriesReplayParams {
  /** Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  deliveryId: string;
}

/** Arguments of `layers.webhookDeliveries.retrieve`. */
export interface WebhookDeliveriesRetrieveParams {
  /** Id of the delivery. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  deliveryId: string;
}

/** Methods of `layers.webhookDeliveries`. */
export class WebhookDeliveriesResource extends Resource {
  /**
   * Replay a delivery.
   *
   * Sends its data again in a new delivery, as an event with an id of its own and `replayOf`; the
   * original stays as it is. To send again what did not arrive, under the same event id, recover
   * it.
   *
   * `POST /v1/webhook-deliveries/{deliveryId}/replay`, with the scope `webhooks:write`.
   *
   * @returns A replay that is on its way.
   * @throws {ConflictError} The delivery has not ended yet, or its endpoint is paused, as `status`
   *   says; or its event is no longer kept, or the endpoint does not get it any more, as `reason`
   *   says.
   * @throws {NotFoundError} `deliveryId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  replay(params: WebhookDeliveriesReplayParams, options?: RequestOptions): ApiPromise<Replayed> {
    return this.client.call(
      {
        name: "webhook_deliveries.replay",
        method: "POST",
        path: "/v1/webhook-deliveries/{deliveryId}/replay",
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
   * `GET /v1/webhook-deliveries/{deliveryId}`, with the scope `webhooks:read`.
   *
   * @returns A delivery with what is sent, and its attempts.
   * @throws {NotFoundError} `deliveryId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: WebhookDeliveriesRetrieveParams,
    options?: RequestOptions,
  ): ApiPromise<WebhookDeliveryDetail> {
    return this.client.call(
      {
        name: "webhook_deliveries.retrieve",
        method: "GET",
        path: "/v1/webhook-deliveries/{deliveryId}",
      },
      params,
      options,
    );
  }
}
