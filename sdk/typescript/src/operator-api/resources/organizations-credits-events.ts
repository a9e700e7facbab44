// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsCreditEvent } from "../types.js";

/** Arguments of `operator.organizations.credits.events.list`. */
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
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Methods of `operator.organizations.credits.events`. */
export class OrganizationsCreditsEventsResource extends Resource {
  /**
   * List an organization's ledger.
   *
   * What its partner sees of it, newest first, and who made each movement. In the test environment
   * a partner has the same id, a child another one.
   *
   * `GET /ops/v1/organizations/{orgId}/credits/events`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   movement of credits as its partner sees it, and who made it.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsCreditsEventsListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<OpsCreditEvent> {
    return this.client.list(
      {
        name: "organizations.credits.events.list",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/credits/events",
      },
      params,
      options,
    );
  }
}
