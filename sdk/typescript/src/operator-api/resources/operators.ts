// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Operator, OperatorWithToken } from "../types.js";

/** Arguments of `operator.operators.create`. */
export interface OperatorsCreateParams {
  /** Unique; audit rows name it. At most 120 characters. Example: `Robin`. */
  name: string;
  /** What the operator may do. */
  role: "admin" | "finance" | "operator" | "viewer" | "worker" | (string & {});
  /** When the token stops working; in the future. Example: `2026-06-01T00:00:00.000Z`. */
  expiresAt?: string | Date | null | undefined;
}

/** Arguments of `operator.operators.list`. */
export interface OperatorsListParams {
  /** Operators on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.operators.retrieve`. */
export interface OperatorsRetrieveParams {
  /** Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  operatorId: string;
}

/** Arguments of `operator.operators.revoke`. */
export interface OperatorsRevokeParams {
  /** Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  operatorId: string;
}

/** Arguments of `operator.operators.rotate`. */
export interface OperatorsRotateParams {
  /** Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  operatorId: string;
}

/** Methods of `operator.operators`. */
export class OperatorsResource extends Resource {
  /**
   * Create an operator.
   *
   * The name of an operator who is not revoked is 409: audit rows tell operators apart by it.
   *
   * `POST /ops/v1/operators`, with the role `admin`.
   *
   * @returns An operator with a new token, which is shown this once.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: OperatorsCreateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OperatorWithToken> {
    return this.client.call(
      { name: "operators.create", method: "POST", path: "/ops/v1/operators" },
      params,
      options,
    );
  }

  /**
   * List operators.
   *
   * Newest first, those who were revoked included.
   *
   * `GET /ops/v1/operators`, with the role `admin`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   operator, without the token.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: OperatorsListParams = {}, options?: OperatorRequestOptions): PagePromise<Operator> {
    return this.client.list(
      { name: "operators.list", method: "GET", path: "/ops/v1/operators" },
      params,
      options,
    );
  }

  /**
   * Retrieve an operator.
   *
   * Without the token, of which nothing but a hash is kept.
   *
   * `GET /ops/v1/operators/{operatorId}`, with the role `admin`.
   *
   * @returns An operator, without the token.
   * @throws {NotFoundError} `operatorId` names nothing that exists.
   */
  retrieve(
    params: OperatorsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<Operator> {
    return this.client.call(
      { name: "operators.retrieve", method: "GET", path: "/ops/v1/operators/{operatorId}" },
      params,
      options,
    );
  }

  /**
   * Revoke an operator.
   *
   * From the next request on the token gets 401, for ever. The last operator with the role `admin`
   * stays: 409.
   *
   * `POST /ops/v1/operators/{operatorId}/revoke`, with the role `admin`.
   *
   * @returns An operator, without the token.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `operatorId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  revoke(params: OperatorsRevokeParams, options?: OperatorRequestOptions): ApiPromise<Operator> {
    return this.client.call(
      { name: "operators.revoke", method: "POST", path: "/ops/v1/operators/{operatorId}/revoke" },
      params,
      options,
    );
  }

  /**
   * Rotate an operator's token.
   *
   * The old token stops working at once. A revoked operator is 409. Whoever rotates their own token
   * cannot ask again if the answer is lost: the retry is 401, whatever its Idempotency-Key. Another
   * admin can rotate it, and `layers ops bootstrap --recover` helps where there is none.
   *
   * `POST /ops/v1/operators/{operatorId}/rotate`, with the role `admin`.
   *
   * @returns An operator with a new token, which is shown this once.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `operatorId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  rotate(
    params: OperatorsRotateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<OperatorWithToken> {
    return this.client.call(
      { name: "operators.rotate", method: "POST", path: "/ops/v1/operators/{operatorId}/rotate" },
      params,
      options,
    );
  }
}
