// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { DayTotals } from "../types.js";

/** Arguments of `operator.dailyTotals.list`. */
export interface DailyTotalsListParams {
  /**
   * Only of this partner, with its children. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  organizationId?: string | undefined;
  /** Days on a page. From 1 to 366. Default: 30. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `operator.dailyTotals`. */
export class DailyTotalsResource extends Resource {
  /**
   * List daily totals.
   *
   * What all partners and their children used, bought and paid on each day in UTC, today first,
   * back to the first day that has anything; days without anything are zeros. Test environments are
   * not in it. Workers count the ledgers about every thirty seconds, each row once: today's totals
   * are so old, and `isComplete` says which days will not change any more.
   *
   * `GET /ops/v1/daily-totals`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   what the ledgers come to on a day, from midnight to midnight in UTC.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: DailyTotalsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<DayTotals> {
    return this.client.list(
      { name: "daily_totals.list", method: "GET", path: "/ops/v1/daily-totals" },
      params,
      options,
    );
  }
}
