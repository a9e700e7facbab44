// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { OpsAuditEvent } from "../types.js";

/** Arguments of `operator.auditEvents.list`. */
export interface AuditEventsListParams {
  /** Only what this organization did. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId?: string | undefined;
  /** Only of this type. At most 64 characters. Example: `api_key.killed`. */
  eventType?: string | undefined;
  /** Only by the operator with this name. At most 120 characters. */
  operator?: string | undefined;
  /** Only by such. */
  actor?: "operator" | "partner_api" | "system" | (string & {}) | undefined;
  /**
   * Only what this request did; as in `X-Request-Id` of its answer. Example:
   * `req_01K0EJRPVYF8887FCQV2JTV704`.
   */
  requestId?: string | undefined;
  /** From this instant on. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | undefined;
  /** Events on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `operator.auditEvents`. */
export class AuditEventsResource extends Resource {
  /**
   * List the audit log of everybody.
   *
   * What all organizations and operators did, and what was refused to them, in both environments,
   * newest first. It is kept for 90 days. With `actor` or `requestId` a page may have few items, or
   * none, and others follow: go on while there is a `nextCursor`.
   *
   * `GET /ops/v1/audit-events`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   thing that was done or refused, by whomever.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: AuditEventsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<OpsAuditEvent> {
    return this.client.list(
      { name: "audit_events.list", method: "GET", path: "/ops/v1/audit-events" },
      params,
      options,
    );
  }
}
