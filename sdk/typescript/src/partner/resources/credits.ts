// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Credits } from "../types.js";
import { CreditsEventsResource } from "./credits-events.js";
import { CreditsReservationsResource } from "./credits-reservations.js";

/** Methods of `layers.credits`. */
export class CreditsResource extends Resource {
  /** `layers.credits.events`: `list`, `verify`. */
  readonly events = new CreditsEventsResource(this.client);

  /** `layers.credits.reservations`: `list`. */
  readonly reservations = new CreditsReservationsResource(this.client);

  /**
   * Read your wallet.
   *
   * Decide whether new work may start on `available`: it is what remains of `balance` when the
   * credits reserved for work in flight are taken off.
   *
   * `GET /v1/credits`.
   *
   * @returns A wallet. Decide on `available` whether its organization may start new work.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(options?: RequestOptions): ApiPromise<Credits> {
    return this.client.call(
      { name: "credits.retrieve", method: "GET", path: "/v1/credits" },
      {},
      options,
    );
  }
}
