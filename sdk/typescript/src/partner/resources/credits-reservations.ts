// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Reservation } from "../types.js";

/** Arguments of `layers.credits.reservations.list`. */
export interface CreditsReservationsListParams {
  /** Reservations on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `layers.credits.reservations`. */
export class CreditsReservationsResource extends Resource {
  /**
   * List what is reserved in your wallet.
   *
   * The jobs that hold credits, newest first. Together they hold `reservedCredits` of your wallet:
   * what is missing between `balance` and `available`.
   *
   * `GET /v1/credits/reservations`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   credits that a job holds until it ends.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: CreditsReservationsListParams = {},
    options?: RequestOptions,
  ): PagePromise<Reservation> {
    return this.client.list(
      { name: "credits.reservations.list", method: "GET", path: "/v1/credits/reservations" },
      params,
      options,
    );
  }
}
