// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import { BaseClient } from "../core/client.js";
import { AuditEventsResource } from "./resources/audit-events.js";
import { ClockResource } from "./resources/clock.js";
import { DailyTotalsResource } from "./resources/daily-totals.js";
import { JobsResource } from "./resources/jobs.js";
import { LeaseRequestsResource } from "./resources/lease-requests.js";
import { LeasesResource } from "./resources/leases.js";
import { OperatorsResource } from "./resources/operators.js";
import { OrganizationsResource } from "./resources/organizations.js";
import { PoolAccountsResource } from "./resources/pool-accounts.js";
import { ReconciliationResource } from "./resources/reconciliation.js";
import { ReconciliationsResource } from "./resources/reconciliations.js";
import { RenewalsResource } from "./resources/renewals.js";
import { SearchResource } from "./resources/search.js";
import { SessionsResource } from "./resources/sessions.js";
import { SignInLinksResource } from "./resources/sign-in-links.js";
import { WebhookEndpointsResource } from "./resources/webhook-endpoints.js";

export * from "./resources/audit-events.js";
export * from "./resources/clock.js";
export * from "./resources/daily-totals.js";
export * from "./resources/jobs.js";
export * from "./resources/jobs-assets.js";
export * from "./resources/lease-requests.js";
export * from "./resources/lease-requests-candidates.js";
export * from "./resources/leases.js";
export * from "./resources/operators.js";
export * from "./resources/organizations.js";
export * from "./resources/organizations-api-keys.js";
export * from "./resources/organizations-cash.js";
export * from "./resources/organizations-cash-events.js";
export * from "./resources/organizations-credits.js";
export * from "./resources/organizations-credits-events.js";
export * from "./resources/organizations-credits-reservations.js";
export * from "./resources/organizations-projects.js";
export * from "./resources/organizations-subscription.js";
export * from "./resources/pool-accounts.js";
export * from "./resources/reconciliation.js";
export * from "./resources/reconciliations.js";
export * from "./resources/renewals.js";
export * from "./resources/search.js";
export * from "./resources/sessions.js";
export * from "./resources/sign-in-links.js";
export * from "./resources/webhook-endpoints.js";
export * from "./resources/webhook-endpoints-deliveries.js";
export type * from "./types.js";

/** The resources of a client of the operator's API. */
export class OperatorResources extends BaseClient {
  /** `operator.auditEvents`: `list`. */
  readonly auditEvents = new AuditEventsResource(this);

  /** `operator.clock`: `advance`, `retrieve`. */
  readonly clock = new ClockResource(this);

  /** `operator.dailyTotals`: `list`. */
  readonly dailyTotals = new DailyTotalsResource(this);

  /**
   * `operator.jobs`: `cancel`, `claim`, `complete`, `completeMany`, `fail`, `heartbeat`,
   * `heartbeatMany`, `list`, `retrieve`, `retrieveContent`, `retrieveHistory`, `retry`, `summary`,
   * `assets`.
   */
  readonly jobs = new JobsResource(this);

  /** `operator.leaseRequests`: `fulfil`, `list`, `reject`, `retrieve`, `summary`, `candidates`. */
  readonly leaseRequests = new LeaseRequestsResource(this);

  /** `operator.leases`: `history`, `list`, `months`, `recall`, `retrieve`, `update`. */
  readonly leases = new LeasesResource(this);

  /** `operator.operators`: `create`, `list`, `retrieve`, `revoke`, `rotate`. */
  readonly operators = new OperatorsResource(this);

  /**
   * `operator.organizations`: `create`, `list`, `retrieve`, `update`, `apiKeys`, `cash`, `credits`,
   * `projects`, `subscription`.
   */
  readonly organizations = new OrganizationsResource(this);

  /**
   * `operator.poolAccounts`: `create`, `history`, `importFile`, `leases`, `list`, `retrieve`,
   * `update`.
   */
  readonly poolAccounts = new PoolAccountsResource(this);

  /** `operator.reconciliation`: `retrieve`. */
  readonly reconciliation = new ReconciliationResource(this);

  /** `operator.reconciliations`: `create`, `list`, `retrieve`. */
  readonly reconciliations = new ReconciliationsResource(this);

  /** `operator.renewals`: `cover`, `days`, `dryRun`, `leases`, `list`, `partners`, `pastDue`. */
  readonly renewals = new RenewalsResource(this);

  /** `operator.search`: `find`. */
  readonly search = new SearchResource(this);

  /** `operator.sessions`: `end`, `endAll`, `list`. */
  readonly sessions = new SessionsResource(this);

  /** `operator.signInLinks`: `create`. */
  readonly signInLinks = new SignInLinksResource(this);

  /** `operator.webhookEndpoints`: `list`, `recover`, `retrieve`, `unpause`, `deliveries`. */
  readonly webhookEndpoints = new WebhookEndpointsResource(this);
}
