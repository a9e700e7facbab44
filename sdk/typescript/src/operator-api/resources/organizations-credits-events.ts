// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsCreditEvent, OpsCreditEventDetail } from "../types.js";

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
  /** Only of these jobs; a list for several. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId?: string | readonly string[] | undefined;
  /** Only what came in, or what went out. */
  direction?: "in" | "out" | (string & {}) | undefined;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Arguments of `operator.organizations.credits.events.retrieve`. */
export interface OrganizationsCreditsEventsRetrieveParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
  /** The sequence. At least 1. */
  sequence: number;
  /** Which of its two ledgers. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Methods of `operator.organizations.credits.events`. */
export class OrganizationsCreditsEventsResource extends Resource {
  /**
   * List an organization's ledger.
   *
   * What its partner sees of it, newest first, with what each movement came from and who made it.
   * In the test environment a partner has the same id, a child another one.
   *
   * `GET /ops/v1/organizations/{orgId}/credits/events`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   movement of credits as its partner sees it, with what it came from and who made it.
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

  /**
   * Read one movement of credits.
   *
   * With what belongs with it, such as the charge and the refunds of a job.
   *
   * `GET /ops/v1/organizations/{orgId}/credits/events/{sequence}`, with the role `viewer`.
   *
   * @returns One movement of credits, and what belongs with it.
   * @throws {NotFoundError} `orgId` or `sequence` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: OrganizationsCreditsEventsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OpsCreditEventDetail> {
    return this.client.call(
      {
        name: "organizations.credits.events.retrieve",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/credits/events/{sequence}",
      },
      params,
      options,
    );
  }
}
