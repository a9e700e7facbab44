// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CashEvent, LedgerHead } from "../types.js";

/** Arguments of `layers.wallet.events.list`. */
export interface WalletEventsListParams {
  /** Only these; a list for several. */
  eventType?:
    | "adjustment"
    | "lease_charge"
    | "lease_renewal"
    | "refund"
    | "topup"
    | (string & {})
    | ReadonlyArray<
        "adjustment" | "lease_charge" | "lease_renewal" | "refund" | "topup" | (string & {})
      >
    | undefined;
  /** Events on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `layers.wallet.events`. */
export class WalletEventsResource extends Resource {
  /**
   * List your cash ledger.
   *
   * Every movement of cash, newest first. They sum to the balance.
   *
   * `GET /v1/wallet/events`, with the scope `leased:write`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   movement of cash, in US cents. The events of a wallet sum to its balance.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: WalletEventsListParams = {}, options?: RequestOptions): PagePromise<CashEvent> {
    return this.client.list(
      { name: "wallet.events.list", method: "GET", path: "/v1/wallet/events" },
      params,
      options,
    );
  }

  /**
   * Verify your cash ledger.
   *
   * Its newest hash and how many events lead up to it, as of the ledger of credits.
   *
   * `GET /v1/wallet/events/verify`, with the scope `leased:write`.
   *
   * @returns How far a ledger reaches. With its events it shows whether any of them was changed or
   *   is missing.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  verify(options?: RequestOptions): ApiPromise<LedgerHead> {
    return this.client.call(
      { name: "wallet.events.verify", method: "GET", path: "/v1/wallet/events/verify" },
      {},
      options,
    );
  }
}
