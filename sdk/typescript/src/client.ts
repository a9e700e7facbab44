import type { Credential } from "./core/configuration.js";
import { environment } from "./core/environment.js";
import type { ClientOptions } from "./core/options.js";
import { PartnerResources } from "./partner/index.js";

/** What a client of the Partner API is made with. */
export interface LayersOptions extends ClientOptions {
  /** The key, `lp_live_…` or `lp_test_…`. Else `LAYERS_API_KEY`. */
  apiKey?: string | undefined;
  /** The child organization to act for; null acts for the key's own. Else `LAYERS_ORGANIZATION`. */
  organization?: string | null | undefined;
}

const PARTNER_KEY: Credential = {
  option: "apiKey",
  variable: "LAYERS_API_KEY",
  shape: /^lp_(live|test)_[0-9A-Za-z]+_[\w-]+$/,
  example: "lp_live_…",
};

/** A client of the Partner API. One is enough for a program: it has no state but its settings. */
export class Layers extends PartnerResources {
  /** @throws {ConfigurationError} The key is missing, or a setting cannot be used. */
  constructor(options: LayersOptions = {}) {
    const { apiKey, organization = environment("LAYERS_ORGANIZATION"), ...others } = options;
    super(PARTNER_KEY, { ...others, organization, secret: apiKey });
  }
}
