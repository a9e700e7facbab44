// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { SearchHits } from "../types.js";

/** Arguments of `operator.search.find`. */
export interface SearchFindParams {
  /**
   * An id, with its prefix or bare; the public part of a key, `lp_live_…` or `lpo_…`; or the
   * beginning of a name, a billing e-mail or a handle. At most 200 characters. Example: `acme`.
   */
  q: string;
  /** Hits of a kind. From 1 to 50. Default: 20. */
  limit?: number | undefined;
}

/** Methods of `operator.search`. */
export class SearchResource extends Resource {
  /**
   * Find anything by its id, or by what it is called.
   *
   * Any id, with its prefix or bare, finds what has it, and the public part of a key the key. Every
   * other text finds organizations whose name or billing e-mail begins with it, and accounts whose
   * handle does, in upper or lower case; an `@` before a handle is left out. Rows of the ledgers
   * and of the audit log are found in their lists.
   *
   * `GET /ops/v1/search`, with the role `viewer`.
   *
   * @returns What was found, the exact hits first.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  find(params: SearchFindParams, options?: OperatorRequestOptions): ApiPromise<SearchHits> {
    return this.client.call(
      { name: "search.find", method: "GET", path: "/ops/v1/search" },
      params,
      options,
    );
  }
}
