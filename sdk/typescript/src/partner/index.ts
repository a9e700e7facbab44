// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import { BaseClient } from "../core/client.js";
import type { RequestOptions } from "../core/options.js";
import type { ApiPromise } from "../core/promises.js";
import { ApiKeysResource } from "./resources/api-keys.js";
import { AuditLogResource } from "./resources/audit-log.js";
import { ContentResource } from "./resources/content.js";
import { CreditsResource } from "./resources/credits.js";
import { EventsResource } from "./resources/events.js";
import { JobsResource } from "./resources/jobs.js";
import { LeasedAccountsResource } from "./resources/leased-accounts.js";
import { OrganizationsResource } from "./resources/organizations.js";
import { PortalSessionsResource } from "./resources/portal-sessions.js";
import { ProjectsResource } from "./resources/projects.js";
import { SocialAccountsResource } from "./resources/social-accounts.js";
import { WalletResource } from "./resources/wallet.js";
import { WebhookDeliveriesResource } from "./resources/webhook-deliveries.js";
import { WebhookEndpointsResource } from "./resources/webhook-endpoints.js";
import type { WhoAmI } from "./types.js";

export * from "./resources/api-keys.js";
export * from "./resources/audit-log.js";
export * from "./resources/content.js";
export * from "./resources/content-assets.js";
export * from "./resources/credits.js";
export * from "./resources/credits-events.js";
export * from "./resources/credits-reservations.js";
export * from "./resources/events.js";
export * from "./resources/jobs.js";
export * from "./resources/leased-accounts.js";
export * from "./resources/leased-accounts-requests.js";
export * from "./resources/organizations.js";
export * from "./resources/organizations-api-keys.js";
export * from "./resources/organizations-credit-config.js";
export * from "./resources/organizations-credits.js";
export * from "./resources/organizations-credits-events.js";
export * from "./resources/portal-sessions.js";
export * from "./resources/projects.js";
export * from "./resources/social-accounts.js";
export * from "./resources/wallet.js";
export * from "./resources/wallet-events.js";
export * from "./resources/webhook-deliveries.js";
export * from "./resources/webhook-endpoints.js";
export * from "./resources/webhook-endpoints-deliveries.js";
export type * from "./types.js";

/** The resources of a client of the Partner API. */
export class PartnerResources extends BaseClient {
  /** `layers.apiKeys`: `delete`, `kill`, `rotate`. */
  readonly apiKeys = new ApiKeysResource(this);

  /** `layers.auditLog`: `list`. */
  readonly auditLog = new AuditLogResource(this);

  /**
   * `layers.content`: `buildSlideshow`, `generate`, `list`, `remixSlideshow`, `remixUgc`,
   * `remixVideo`, `retrieve`, `assets`.
   */
  readonly content = new ContentResource(this);

  /** `layers.credits`: `retrieve`, `events`, `reservations`. */
  readonly credits = new CreditsResource(this);

  /** `layers.events`: `createSample`, `follow`, `list`. */
  readonly events = new EventsResource(this);

  /** `layers.jobs`: `cancel`, `retrieve`, `wait`. */
  readonly jobs = new JobsResource(this);

  /** `layers.leasedAccounts`: `list`, `listAll`, `release`, `requests`. */
  readonly leasedAccounts = new LeasedAccountsResource(this);

  /**
   * `layers.organizations`: `archive`, `create`, `list`, `migrate`, `resume`, `retrieve`,
   * `suspend`, `update`, `apiKeys`, `creditConfig`, `credits`.
   */
  readonly organizations = new OrganizationsResource(this);

  /** `layers.portalSessions`: `create`. */
  readonly portalSessions = new PortalSessionsResource(this);

  /** `layers.projects`: `archive`, `create`, `list`, `retrieve`, `update`. */
  readonly projects = new ProjectsResource(this);

  /** `layers.socialAccounts`: `list`, `revoke`. */
  readonly socialAccounts = new SocialAccountsResource(this);

  /** `layers.wallet`: `retrieve`, `events`. */
  readonly wallet = new WalletResource(this);

  /** `layers.webhookDeliveries`: `replay`, `retrieve`. */
  readonly webhookDeliveries = new WebhookDeliveriesResource(this);

  /**
   * `layers.webhookEndpoints`: `create`, `delete`, `list`, `recover`, `retrieve`, `rotateSecret`,
   * `test`, `update`, `deliveries`.
   */
  readonly webhookEndpoints = new WebhookEndpointsResource(this);

  /**
   * Read your key.
   *
   * Whose it is, what it may do, and its organization's balance. With `X-Layers-Organization`, the
   * organization is the child that the key acts for.
   *
   * `GET /v1/whoami`.
   *
   * @returns Whose key this is, and what it may do.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  whoami(options?: RequestOptions): ApiPromise<WhoAmI> {
    return this.call({ name: "whoami", method: "GET", path: "/v1/whoami" }, {}, options);
  }
}
