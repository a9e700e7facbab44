// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { FullCheck, FullCheckDetail } from "../types.js";

/** Arguments of `operator.reconciliations.list`. */
export interface ReconciliationsListParams {
  /** Checks on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.reconciliations.retrieve`. */
export interface ReconciliationsRetrieveParams {
  /** Id of the reconciliation. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  reconciliationId: string;
}

/** Methods of `operator.reconciliations`. */
export class ReconciliationsResource extends Resource {
  /**
   * Ask for a full check of the books.
   *
   * A worker does it, in about ninety seconds for a million events; read it by its `id` until its
   * `status` is `finished`. While one that was asked for has not finished, this is that one.
   *
   * `POST /ops/v1/reconciliations`, with the role `finance`.
   *
   * @returns A full check of the books, without what it found.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(options?: OperatorRequestOptions): ApiPromise<FullCheck> {
    return this.client.call(
      { name: "reconciliations.create", method: "POST", path: "/ops/v1/reconciliations" },
      {},
      options,
    );
  }

  /**
   * List full checks of the books.
   *
   * The one that finished last comes first; before it, on the first page, one that was asked for
   * and is not finished.
   *
   * `GET /ops/v1/reconciliations`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   full check of the books, without what it found.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: ReconciliationsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<FullCheck> {
    return this.client.list(
      { name: "reconciliations.list", method: "GET", path: "/ops/v1/reconciliations" },
      params,
      options,
    );
  }

  /**
   * Read a full check of the books.
   *
   * With the first 1,000 differences that it found.
   *
   * `GET /ops/v1/reconciliations/{reconciliationId}`, with the role `viewer`.
   *
   * @returns A full check of the books, and what it found.
   * @throws {NotFoundError} `reconciliationId` names nothing that exists.
   */
  retrieve(
    params: ReconciliationsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<FullCheckDetail> {
    return this.client.call(
      {
        name: "reconciliations.retrieve",
        method: "GET",
        path: "/ops/v1/reconciliations/{reconciliationId}",
      },
      params,
      options,
    );
  }
}
