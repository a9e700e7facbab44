// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { EndedSessions, Session } from "../types.js";

/** Arguments of `operator.sessions.end`. */
export interface SessionsEndParams {
  /** Id of the session. Example: `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  sessionId: string;
}

/** Arguments of `operator.sessions.endAll`. */
export interface SessionsEndAllParams {
  /**
   * Those of this operator, for an admin; without it one's own. Example:
   * `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  operatorId?: string | null | undefined;
  /** The one that stays. Example: `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  exceptSessionId?: string | null | undefined;
}

/** Arguments of `operator.sessions.list`. */
export interface SessionsListParams {
  /** Sessions on a page. From 1 to 100. Default: 25. */
  limit?: number | undefined;
  /**
   * Those of this operator, for an admin; without it one's own. Example:
   * `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  operatorId?: string | undefined;
  /** Those of all operators, for an admin. */
  allOperators?: boolean | undefined;
  /**
   * `active`: good now. `ended`: signed out, or ended here. `expired`: its time is up. `revoked`:
   * the token that opened it was replaced, has expired or was revoked.
   */
  status?: "active" | "ended" | "expired" | "revoked" | (string & {}) | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Methods of `operator.sessions`. */
export class SessionsResource extends Resource {
  /**
   * End a session of the console.
   *
   * One's own, or for an admin anybody's. From the next request on the browser has to sign in
   * again; a session that is not active stays as it is.
   *
   * `POST /ops/v1/sessions/{sessionId}/end`, with the role `viewer`.
   *
   * @returns A browser in which an operator is signed in to the console.
   * @throws {NotFoundError} `sessionId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  end(params: SessionsEndParams, options?: OperatorRequestOptions): ApiPromise<Session> {
    return this.client.call(
      { name: "sessions.end", method: "POST", path: "/ops/v1/sessions/{sessionId}/end" },
      params,
      options,
    );
  }

  /**
   * End all sessions of an operator.
   *
   * One's own, or for an admin those of another. `exceptSessionId` stays, such as the one in which
   * one works.
   *
   * `POST /ops/v1/sessions/end`, with the role `viewer`.
   *
   * @returns How many sessions were ended.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  endAll(
    params: SessionsEndAllParams = {},
    options?: OperatorRequestOptions,
  ): ApiPromise<EndedSessions> {
    return this.client.call(
      { name: "sessions.end_all", method: "POST", path: "/ops/v1/sessions/end" },
      params,
      options,
    );
  }

  /**
   * List sessions of the console.
   *
   * One's own, newest first; an admin can ask for those of another operator, or of all. A session
   * is known for seven days after it has expired.
   *
   * `GET /ops/v1/sessions`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   browser in which an operator is signed in to the console.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: SessionsListParams = {}, options?: OperatorRequestOptions): PagePromise<Session> {
    return this.client.list(
      { name: "sessions.list", method: "GET", path: "/ops/v1/sessions" },
      params,
      options,
    );
  }
}
