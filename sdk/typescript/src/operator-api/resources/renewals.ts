// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type {
  LeaseOfDay,
  PartnerDays,
  PartnerDryRun,
  PartnerPastDue,
  PartnerRenewals,
  RenewalDay,
  RenewalsCover,
} from "../types.js";

/** Arguments of `operator.renewals.cover`. */
export interface RenewalsCoverParams {
  /** Days from today on. From 1 to 62. Default: 30. */
  days?: number | undefined;
  /** Partners in `items`. From 1 to 100. Default: 20. */
  limit?: number | undefined;
}

/** Arguments of `operator.renewals.days`. */
export interface RenewalsDaysParams {
  /** The first day, at most a year ahead. Without it, today, from now on. Example: `2026-05-20`. */
  since?: string | undefined;
  /** How many days. From 1 to 62. Default: 30. */
  days?: number | undefined;
  /**
   * Only of this partner, with its children. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  organizationId?: string | undefined;
}

/** Arguments of `operator.renewals.dryRun`. */
export interface RenewalsDryRunParams {
  /**
   * Day by day until then, at most a year ahead, as if nothing were paid in and no lease released.
   * Without it, now alone. Example: `2026-06-01T00:00:00.000Z`.
   */
  until?: string | Date | undefined;
  /** Only of this partner. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId?: string | undefined;
  /** Partners on a page. From 1 to 10. Default: 5. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.renewals.leases`. */
export interface RenewalsLeasesParams {
  /** Today or later, at most a year ahead. Example: `2026-05-20`. */
  date: string;
  /**
   * Only of this partner, with its children. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  organizationId?: string | undefined;
  /** Leases on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.renewals.list`. */
export interface RenewalsListParams {
  /** At most a year ahead. Without it, the next 30 days. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | undefined;
  /** Only of this partner. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId?: string | undefined;
  /** Partners on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.renewals.partners`. */
export interface RenewalsPartnersParams {
  /** The first day, at most a year ahead. Without it, today, from now on. Example: `2026-05-20`. */
  since?: string | undefined;
  /** How many days. From 1 to 62. Default: 30. */
  days?: number | undefined;
  /**
   * Only of this partner, with its children. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  organizationId?: string | undefined;
  /** Partners on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.renewals.pastDue`. */
export interface RenewalsPastDueParams {
  /** Partners on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `operator.renewals`. */
export class RenewalsResource extends Resource {
  /**
   * Read how far partners' cash reaches.
   *
   * All partners with assigned leases are added up, if nothing is paid in and no lease ends. Those
   * whose cash does not reach come first: they are to be called.
   *
   * `GET /ops/v1/renewals/cover`, with the role `viewer`.
   *
   * @returns What renewals will cost all partners, and whose cash does not reach.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  cover(
    params: RenewalsCoverParams = {},
    options?: OperatorRequestOptions,
  ): ApiPromise<RenewalsCover> {
    return this.client.call(
      { name: "renewals.cover", method: "GET", path: "/ops/v1/renewals/cover" },
      params,
      options,
    );
  }

  /**
   * List what falls due day by day.
   *
   * How many months of leases begin on each day, what they cost, and how many partners' cash does
   * not reach to its end if nothing is paid in and no lease ends. All days are on one page; today
   * begins now.
   *
   * `GET /ops/v1/renewals/days`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   what falls due on a day, of all partners or of one.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  days(params: RenewalsDaysParams = {}, options?: OperatorRequestOptions): PagePromise<RenewalDay> {
    return this.client.list(
      { name: "renewals.days", method: "GET", path: "/ops/v1/renewals/days" },
      params,
      options,
    );
  }

  /**
   * Try sweeps of renewals.
   *
   * What a worker would do now with what is due, and with `until`, on each day until then: which
   * leases would be paid, which would become past due, which would end. It is done and rolled back,
   * so nothing changes. It stops after about 5,000 leases of a partner. A partner whose wallet a
   * worker is charging at this moment is left out, and so is one whose wallet no worker can charge:
   * the log says why.
   *
   * `GET /ops/v1/renewals/dry-run`, with the role `finance`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   what sweeps would do with a partner's leases.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  dryRun(
    params: RenewalsDryRunParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<PartnerDryRun> {
    return this.client.list(
      { name: "renewals.dry_run", method: "GET", path: "/ops/v1/renewals/dry-run" },
      params,
      options,
    );
  }

  /**
   * List the leases of a day.
   *
   * The assigned leases of which a month begins on that day, in the order in which they are due; of
   * today, those that are still to come.
   *
   * `GET /ops/v1/renewals/leases`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   lease of which a month begins on the day that was asked for.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  leases(params: RenewalsLeasesParams, options?: OperatorRequestOptions): PagePromise<LeaseOfDay> {
    return this.client.list(
      { name: "renewals.leases", method: "GET", path: "/ops/v1/renewals/leases" },
      params,
      options,
    );
  }

  /**
   * List what renewals will cost.
   *
   * For each partner with something to pay until then: how many months, how much, and how far its
   * cash wallet reaches if nothing is paid in and no lease ends. The newest partners come first.
   *
   * `GET /ops/v1/renewals`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   what the leases of a partner will cost its cash wallet.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: RenewalsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<PartnerRenewals> {
    return this.client.list(
      { name: "renewals.list", method: "GET", path: "/ops/v1/renewals" },
      params,
      options,
    );
  }

  /**
   * List what falls due by partner and day.
   *
   * For each partner with assigned leases its cash, what it owes before the first day, and each day
   * on which something falls due, with whether its cash reaches to the end of that day. The newest
   * partners come first.
   *
   * `GET /ops/v1/renewals/partners`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   what falls due of one partner's leases, day by day.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  partners(
    params: RenewalsPartnersParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<PartnerDays> {
    return this.client.list(
      { name: "renewals.partners", method: "GET", path: "/ops/v1/renewals/partners" },
      params,
      options,
    );
  }

  /**
   * List partners with leases that are past due.
   *
   * The one whose first lease ends soonest comes first: until then a payment keeps it.
   *
   * `GET /ops/v1/renewals/past-due`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   partner with leases that are past due, those of its children included.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  pastDue(
    params: RenewalsPastDueParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<PartnerPastDue> {
    return this.client.list(
      { name: "renewals.past_due", method: "GET", path: "/ops/v1/renewals/past-due" },
      params,
      options,
    );
  }
}
