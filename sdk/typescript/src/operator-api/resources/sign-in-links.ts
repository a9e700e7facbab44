// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { SignInLink } from "../types.js";

/** Arguments of `operator.signInLinks.create`. */
export interface SignInLinksCreateParams {
  /** How long it can be used. From 60 to 3,600. Default: 300. */
  expiresInSeconds?: number | undefined;
}

/** Methods of `operator.signInLinks`. */
export class SignInLinksResource extends Resource {
  /**
   * Create a one-time link to the console.
   *
   * It signs in the operator who asks, once, within its time; it ends with the token that made it.
   *
   * `POST /ops/v1/sign-in-links`, with the role `viewer`.
   *
   * @returns A link that opens one session of the operator who asked for it.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: SignInLinksCreateParams = {},
    options?: OperatorRequestOptions,
  ): ApiPromise<SignInLink> {
    return this.client.call(
      { name: "sign_in_links.create", method: "POST", path: "/ops/v1/sign-in-links" },
      params,
      options,
    );
  }
}
