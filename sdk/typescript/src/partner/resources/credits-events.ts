// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CreditEvent, LedgerHead } from "../types.js";

/** Arguments of `layers.credits.events.list`. */
export interface CreditsEventsListParams {
  /** Only of these; a list for several. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId?: string | readonly string[] | undefined;
  /** Only these; a list for several. */
  eventType?:
    | "adjustment"
    | "allocation"
    | "grant"
    | "purchase"
    | "refund"
    | "usage"
    | (string & {})
    | ReadonlyArray<
        "adjustment" | "allocation" | "grant" | "purchase" | "refund" | "usage" | (string & {})
      >
    | undefined;
  /** From this instant on. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | undefined;
  /** Events on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `layers.credits.events`. */
export class CreditsEventsResource extends Resource {
  /**
   * List your ledger.
   *
   * Every movement of credits, in the order in which it committed, newest first. The events of a
   * wallet sum to its balance.
   *
   * `GET /v1/credits/events`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   movement of credits. The events of a wallet sum to its balance.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: CreditsEventsListParams = {}, options?: RequestOptions): PagePromise<CreditEvent> {
    return this.client.list(
      { name: "credits.events.list", method: "GET", path: "/v1/credits/events" },
      params,
      options,
    );
  }

  /**
   * Verify your ledger.
   *
   * Its newest hash and how many events lead up to it. Every event has a `hash` of its content and
   * of the hash before it: with these two numbers and the events you can check that none was
   * changed, inserted or left out. Keep what you have checked, and the next check goes on from
   * there.
   *
   * `GET /v1/credits/events/verify`.
   *
   * @returns How far a ledger reaches. With its events it shows whether any of them was changed or
   *   is missing.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  verify(options?: RequestOptions): ApiPromise<LedgerHead> {
    return this.client.call(
      { name: "credits.events.verify", method: "GET", path: "/v1/credits/events/verify" },
      {},
      options,
    );
  }
}
