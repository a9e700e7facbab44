// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { BooksCheck } from "../types.js";

/** Arguments of `operator.reconciliation.retrieve`. */
export interface ReconciliationRetrieveParams {
  /**
   * Check this organization now, instead of reading the last full check. Example:
   * `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  organizationId?: string | undefined;
}

/** Methods of `operator.reconciliation`. */
export class ReconciliationResource extends Resource {
  /**
   * Check the books.
   *
   * The last full check, one of which is made every day: whether all balances are the sums of their
   * rows, and all the other rules of the ledgers hold. With `organizationId`, that organization is
   * checked now. 404 before the first full check has finished.
   *
   * `GET /ops/v1/reconciliation`, with the role `viewer`.
   *
   * @returns A finished check of the books.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(
    params: ReconciliationRetrieveParams = {},
    options?: OperatorRequestOptions,
  ): ApiPromise<BooksCheck> {
    return this.client.call(
      { name: "reconciliation.retrieve", method: "GET", path: "/ops/v1/reconciliation" },
      params,
      options,
    );
  }
}
