// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import { BaseClient } from "../core/client.js";
import { Clock } from "./resources/clock.js";
import { Jobs } from "./resources/jobs.js";
import { LeaseRequests } from "./resources/lease-requests.js";
import { Leases } from "./resources/leases.js";
import { Operators } from "./resources/operators.js";
import { Organizations } from "./resources/organizations.js";
import { PoolAccounts } from "./resources/pool-accounts.js";
import { Reconciliation } from "./resources/reconciliation.js";
import { Renewals } from "./resources/renewals.js";

export * from "./resources/clock.js";
export * from "./resources/jobs-assets.js";
export * from "./resources/jobs.js";
export * from "./resources/lease-requests-candidates.js";
export * from "./resources/lease-requests.js";
export * from "./resources/leases.js";
export * from "./resources/operators.js";
export * from "./resources/organizations-api-keys.js";
export * from "./resources/organizations-cash-events.js";
export * from "./resources/organizations-cash.js";
export * from "./resources/organizations-credits-events.js";
export * from "./resources/organizations-credits.js";
export * from "./resources/organizations-subscription.js";
export * from "./resources/organizations.js";
export * from "./resources/pool-accounts.js";
export * from "./resources/reconciliation.js";
export * from "./resources/renewals.js";
export type * from "./types.js";

/** The resources of a client of the operator's API. */
export class OperatorResources extends BaseClient {
  /** `operator.clock`: `advance`, `retrieve`. */
  readonly clock: Clock = new Clock(this);

  /**
   * `operator.jobs`: `cancel`, `claim`, `complete`, `completeMany`, `fail`, `heartbeat`,
   * `heartbeatMany`, `list`, `retrieve`, `retry`, `assets`.
   */
  readonly jobs: Jobs = new Jobs(this);

  /** `operator.leaseRequests`: `fulfil`, `list`, `reject`, `retrieve`, `candidates`. */
  readonly leaseRequests: LeaseRequests = new LeaseRequests(this);

  /** `operator.leases`: `list`, `recall`, `update`. */
  readonly leases: Leases = new Leases(this);

  /** `operator.operators`: `create`, `list`, `revoke`, `rotate`. */
  readonly operators: Operators = new Operators(this);

  /**
   * `operator.organizations`: `create`, `list`, `retrieve`, `update`, `apiKeys`, `cash`, `credits`,
   * `subscription`.
   */
  readonly organizations: Organizations = new Organizations(this);

  /** `operator.poolAccounts`: `create`, `importFile`, `list`, `update`. */
  readonly poolAccounts: PoolAccounts = new PoolAccounts(this);

  /** `operator.reconciliation`: `retrieve`. */
  readonly reconciliation: Reconciliation = new Reconciliation(this);

  /** `operator.renewals`: `dryRun`, `list`. */
  readonly renewals: Renewals = new Renewals(this);
}
