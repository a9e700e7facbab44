// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { AuditEvent } from "../types.js";

/** Arguments of `layers.auditLog.list`. */
export interface AuditLogListParams {
  /** Only these; a list for several. Example: `api_key.killed`. */
  eventType?: string | readonly string[] | undefined;
  /** Only of these; a list for several. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId?: string | readonly string[] | undefined;
  /** Only by these; a list for several. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  apiKeyId?: string | readonly string[] | undefined;
  /** From this instant on. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | undefined;
  /** Events on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `layers.auditLog`. */
export class AuditLogResource extends Resource {
  /**
   * List the audit log.
   *
   * What your organization did, and what was refused to it, newest first. It is kept for 90 days.
   *
   * `GET /v1/audit-log`, with the scope `audit:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   thing that was done or refused.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: AuditLogListParams = {}, options?: RequestOptions): PagePromise<AuditEvent> {
    return this.client.list(
      { name: "audit_log.list", method: "GET", path: "/v1/audit-log" },
      params,
      options,
    );
  }
}
