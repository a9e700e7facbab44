// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CashWallet } from "../types.js";
import { WalletEventsResource } from "./wallet-events.js";

/** Methods of `layers.wallet`. */
export class WalletResource extends Resource {
  /** `layers.wallet.events`: `list`, `verify`. */
  readonly events = new WalletEventsResource(this.client);

  /**
   * Read your cash wallet.
   *
   * The balance from which your leases and those of your children are paid, and how far it reaches.
   * Only a partner has one: a child's key gets 404.
   *
   * `GET /v1/wallet`, with the scope `leased:write`.
   *
   * @returns A partner's cash, from which its leases are paid.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(options?: RequestOptions): ApiPromise<CashWallet> {
    return this.client.call(
      { name: "wallet.retrieve", method: "GET", path: "/v1/wallet" },
      {},
      options,
    );
  }
}
