// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { CreditEvent, LedgerHead } from "../types.js";

/** Arguments of `layers.organizations.credits.events.list`. */
export interface OrganizationsCreditsEventsListParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
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

/** Arguments of `layers.organizations.credits.events.verify`. */
export interface OrganizationsCreditsEventsVerifyParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
}

/** Methods of `layers.organizations.credits.events`. */
export class OrganizationsCreditsEventsResource extends Resource {
  /**
   * List a child's ledger.
   *
   * It stays readable when the child is suspended or archived.
   *
   * `GET /v1/organizations/{orgId}/credits/events`, with the scope `org:admin`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   movement of credits. The events of a wallet sum to its balance.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsCreditsEventsListParams,
    options?: RequestOptions,
  ): PagePromise<CreditEvent> {
    return this.client.list(
      {
        name: "organizations.credits.events.list",
        method: "GET",
        path: "/v1/organizations/{orgId}/credits/events",
      },
      params,
      options,
    );
  }

  /**
   * Verify a child's ledger.
   *
   * The same of a child, also when it is suspended or archived.
   *
   * `GET /v1/organizations/{orgId}/credits/events/verify`, with the scope `org:admin`.
   *
   * @returns How far a ledger reaches. With its events it shows whether any of them was changed or
   *   is missing.
   * @throws {NotFoundError} `orgId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  verify(
    params: OrganizationsCreditsEventsVerifyParams,
    options?: RequestOptions,
  ): ApiPromise<LedgerHead> {
    return this.client.call(
      {
        name: "organizations.credits.events.verify",
        method: "GET",
        path: "/v1/organizations/{orgId}/credits/events/verify",
      },
      params,
      options,
    );
  }
}
