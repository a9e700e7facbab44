import type { Credential } from "./core/configuration.js";
import type { ClientOptions } from "./core/options.js";
import { OperatorResources } from "./operator-api/index.js";

export type { ClientOptions, Logger, OperatorRequestOptions } from "./core/options.js";
export type { ApiPromise, PagePromise } from "./core/promises.js";
export type { RateLimit, RawResponse } from "./core/responses.js";
export type { UploadContent } from "./core/uploads.js";
export * from "./errors.js";
export * from "./operator-api/index.js";
export type { Page } from "./pages.js";

/** What a client of the operator's API is made with. */
export interface LayersOperatorOptions extends ClientOptions {
  /** The token, `lpo_…`. Else `LAYERS_OPERATOR_TOKEN`. */
  token?: string | undefined;
}

const OPERATOR_TOKEN: Credential = {
  option: "token",
  variable: "LAYERS_OPERATOR_TOKEN",
  shape: /^lpo_[0-9A-Za-z]+_[\w-]+$/,
  example: "lpo_…",
  actsForItself: true,
};

/** A client of the operator's API. */
export class LayersOperator extends OperatorResources {
  /** @throws {ConfigurationError} The token is missing, or a setting cannot be used. */
  constructor(options: LayersOperatorOptions = {}) {
    const { token, ...others } = options;
    super(OPERATOR_TOKEN, { ...others, secret: token });
  }

  /** @throws {ConfigurationError} A setting cannot be used. */
  override withOptions(options: ClientOptions): this {
    return super.withOptions(options);
  }
}
