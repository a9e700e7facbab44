// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { InstallationClock } from "../types.js";

/** Arguments of `operator.clock.advance`. */
export interface ClockAdvanceParams {
  /** Later than now, by at most 24 months. Example: `2026-06-01T00:00:00.000Z`. */
  advanceTo: string | Date;
}

/** Methods of `operator.clock`. */
export class ClockResource extends Resource {
  /**
   * Advance the clock.
   *
   * Moves the installation's time forward, for every process, and does what becomes due. Answers
   * when all of it is done: periods have ended, jobs have expired, each in its turn. 404 outside
   * development mode; 409 on a database that a server outside development mode was started on, and
   * then nothing is moved; 503 when somebody holds a lock of what is due for long, and then time
   * stands at the moment at which that is due.
   *
   * `POST /ops/v1/clock`, with the role `admin`.
   *
   * @returns The installation's time.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  advance(
    params: ClockAdvanceParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<InstallationClock> {
    return this.client.call(
      { name: "clock.advance", method: "POST", path: "/ops/v1/clock" },
      params,
      options,
    );
  }

  /**
   * Read the clock.
   *
   * The installation's time. 404 outside development mode.
   *
   * `GET /ops/v1/clock`, with the role `admin`.
   *
   * @returns The installation's time.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   */
  retrieve(options?: OperatorRequestOptions): ApiPromise<InstallationClock> {
    return this.client.call(
      { name: "clock.retrieve", method: "GET", path: "/ops/v1/clock" },
      {},
      options,
    );
  }
}
