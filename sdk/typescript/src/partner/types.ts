// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

/** A transfer of prepaid credits, and the child's wallet right after it. */
export interface Allocation {
  /** Example: `txn_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  allocated: number;
  /** Example: `Credits for June`. */
  description: string | null;
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata: Record<string, string>;
  balance: number;
  available: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  created: string;
  /** Whether this answers a repetition; nothing moved again. */
  replayed: boolean;
}

/** An API key, without its secret. */
export interface ApiKey {
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Backend`. */
  name: string;
  /** The part of the key that may be shown and logged. */
  prefix: string;
  env: "live" | "test" | (string & {});
  scopes: string[];
  rateLimitTier: "internal" | "partner" | "pilot" | "sandbox" | "standard" | (string & {});
  /** Revoked for good, or not. */
  status: "active" | "revoked" | (string & {});
  /** Killed: every request gets 503. */
  killSwitch: boolean;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  lastUsedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  rotatedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  revokedAt: string | null;
  /** How long a superseded key still works. */
  graceUntil: string | null;
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  supersededBy: string | null;
}

/** A key that is refused from now on. */
export interface ApiKeyKilledData {
  /** To whom it happened. */
  organizationId: string;
  /** The key. */
  apiKeyId: string;
  /** Its name. */
  name: string;
  /** What it begins with; safe to log. */
  prefix: string;
}

/** An API key was killed. */
export interface ApiKeyKilledEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "api_key.killed";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: ApiKeyKilledData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A new key. This is the only time that its secret is shown. */
export interface ApiKeyWithSecret {
  apiKey: ApiKey;
  /** The whole key, as a bearer token. */
  secret: string;
  /** Example: `Store the secret now. It is not shown again.`. */
  warning: string;
}

/** A child that was archived, and what that did. */
export interface ArchivedOrganization {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  status: "active" | "archived" | "suspended" | (string & {});
  /** Example: `2026-06-01T00:00:00.000Z`. */
  archivedAt: string;
  /** Prepaid credits that went back to your wallet at once. */
  reclaimedCredits: number;
  revokedApiKeys: number;
  releasedLeasedAccounts: number;
}

/** A project that was archived, and what it still costs. */
export interface ArchivedProject {
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  status: "active" | "archived" | (string & {});
  /** Example: `2026-06-01T00:00:00.000Z`. */
  archivedAt: string;
  /** Posts that will not go out. */
  canceledScheduledPosts: number;
  /** Leases that go on and renew until they are released. */
  activeLeasedAccounts: number;
}

/** A file. `url` redirects to it. */
export interface Asset {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  assetId: string;
  /** Example: `slide`. */
  kind: string;
  /**
   * Example:
   * `/v1/content/cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05/assets/01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  url: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Example: `image/png`. */
  mimeType: string;
  sizeBytes: number;
  /** Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`. */
  sha256: string;
}

/** One thing that was done or refused. */
export interface AuditEvent {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  eventId: string;
  /** Example: `organization.suspended`. */
  eventType: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  occurredAt: string;
  /** As in `X-Request-Id` of its answer. */
  requestId: string | null;
  /** Who acted. */
  organizationId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string | null;
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  apiKeyId: string | null;
  actor: "operator" | "partner_api" | "system" | (string & {});
  /** What was acted on. */
  data: Record<string, unknown>;
}

/** One movement of cash, in US cents. The events of a wallet sum to its balance. */
export interface CashEvent {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  eventId: string;
  eventType: "adjustment" | "lease_charge" | "lease_renewal" | "refund" | "topup" | (string & {});
  /** What came, or went when negative. */
  amountCents: number;
  balanceAfterCents: number;
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string | null;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string | null;
  /** For whom: the partner, or the child that leases. */
  organizationId: string;
  /** Example: `2026-04-20T16:12:02Z`. */
  periodStart: string | null;
  /** Example: `2026-04-20T16:12:02Z`. */
  periodEnd: string | null;
  /** 0 is the first month of the lease. */
  leaseMonth: number | null;
  /** Example: `Credits for June`. */
  description: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** SHA-256 of `previousHash` and of the content of this event. */
  hash: string;
  /** `hash` of the event before it; of the first, 64 zeros. */
  previousHash: string;
  /** Digest of what is recorded beside these fields: who asked, in which request. */
  internalHash: string;
}

/** What the leases will take from the wallet, if none is added and none released. */
export interface UpcomingRenewals {
  /** How far this looks ahead. */
  days: number;
  /** Renewals in that time. */
  count: number;
  /** What they cost. */
  totalCents: number;
  /** The first of them; null when no account is leased. */
  nextRenewalAt: string | null;
  /**
   * Up to and including this instant every renewal is paid for, those that are past due as well;
   * the end of the days when all are.
   */
  coveredUntil: string;
  /** What has to be paid in so that all are paid for, past due ones included. */
  shortfallCents: number;
}

/** A partner's cash, from which its leases are paid. */
export interface CashWallet {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  currency: "USD" | (string & {});
  balanceCents: number;
  upcomingRenewals: UpcomingRenewals;
}

/** Why a job failed: a code for programs, a message for people. */
export interface JobError {
  /** Example: `WORKER_LOST`. */
  code: string;
  /** Example: `The source video does not exist any more.`. */
  message: string;
}

/** A container: what one job makes. */
export interface Content {
  /** Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  status: "canceled" | "completed" | "failed" | "processing" | "queued" | (string & {});
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  /** Example: `Three cafés in Lisbon that locals keep to themselves`. */
  hook: string | null;
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string | null;
  /** Example: `influencer-7`. */
  influencerId: string | null;
  /** Example: `7301234567890123456`. */
  sourceTiktokId: string | null;
  /** Example: `media-42`. */
  mediaId: string | null;
  assets: Asset[];
  /** What it cost; null until it is over. */
  creditsCharged: number | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  completedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  failedAt: string | null;
  /** Why the last try failed, also if others follow. */
  lastError: JobError | null;
}

/** Content that is ready. */
export interface ContentGeneratedData {
  /** To whom it happened. */
  organizationId: string;
  /** The job that is over. */
  jobId: string;
  /** The project that it ran in. */
  projectId: string;
  /** Where its content is. */
  containerId: string;
  /** As it was asked for. */
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  /** What the job is now. */
  status: "completed" | (string & {});
  /** What it cost. The rest of its reservation is free again. */
  creditsCharged: number;
}

/** Content is ready. */
export interface ContentGeneratedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "content.generated";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: ContentGeneratedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** How far a child may spend, and when its wallet fills itself from its partner's. */
export interface CreditConfig {
  /** The most that may be used and reserved in a period; null is no cap. */
  monthlyCreditCap: number | null;
  /** A start that would leave less than this available refills first. */
  refillThreshold: number | null;
  /** How much a refill moves. */
  refillAmount: number | null;
  /** Whether `refillThreshold` and `refillAmount` are both set. */
  autoRefillEnabled: boolean;
}

/** A child's configuration, and its wallet. */
export interface CreditConfigAnswer {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  config: CreditConfig;
  balance: number;
  available: number;
}

/** One movement of credits. The events of a wallet sum to its balance. */
export interface CreditEvent {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  eventId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string | null;
  /** What it added, or took when negative. */
  credits: number;
  eventType:
    | "adjustment"
    | "allocation"
    | "grant"
    | "purchase"
    | "refund"
    | "usage"
    | (string & {});
  /** Example: `video_remix`. */
  format: string | null;
  /** Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerId: string | null;
  /** The job. */
  workflowId: string | null;
  /** The prepaid part after it. */
  balanceAfterPrepaid: number;
  /** The whole balance after it. */
  balanceAfter: number;
  /** Consumed in its period up to and with it. */
  usageAfterPeriod: number | null;
  /** Example: `Credits for June`. */
  description: string | null;
  /** `reason` says which rule made it, if a rule did. */
  metadata: Record<string, string>;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** SHA-256 of `previousHash` and of the content of this event. */
  hash: string;
  /** `hash` of the event before it; of the first, 64 zeros. */
  previousHash: string;
  /** Digest of what is recorded beside these fields: who asked, in which request. */
  internalHash: string;
}

/** The period that `includedRemaining` and `usedThisPeriod` belong to. */
export interface CurrentPeriod {
  /** When it began, inclusive. */
  start: string;
  /** When the next one begins. */
  end: string;
  /** The same as `usedThisPeriod`. */
  usedCredits: number;
}

/** The most that one piece of content of each format can cost. */
export interface FormatEstimates {
  slideshow_builder: number;
  slideshow_remix: number;
  video_remix: number;
  ugc_remix: number;
  auto: number;
}

/** Whether reading a source costs credits. Nothing does. */
export interface IngestCosts {
  github: boolean;
  website: boolean;
  appstore: boolean;
}

/** A wallet. Decide on `available` whether its organization may start new work. */
export interface Credits {
  /** Whose wallet it is. */
  organizationId: string;
  /** The gross wallet: `includedRemaining` + `prepaidBalance`. */
  balance: number;
  /** What new work may spend now: `balance` - `reservedCredits`. */
  available: number;
  /** What is left of this period's allotment. It is spent before prepaid. */
  includedRemaining: number;
  /** Bought, granted and allocated credits, less what was spent of them. */
  prepaidBalance: number;
  /** Held for work in flight, until that settles or is released. */
  reservedCredits: number;
  /** The subscription's allotment for this period. */
  includedThisPeriod: number;
  /** Consumed since `currentPeriod.start`, included and prepaid. */
  usedThisPeriod: number;
  currentPeriod: CurrentPeriod;
  /** `free` without a subscription. */
  subscriptionTier: "enterprise" | "free" | "pro" | "scale" | "starter" | (string & {});
  /** Only `active` receives the next period's allotment. */
  billingStatus: "active" | "canceled" | "past_due" | (string & {});
  /**
   * Upper bounds, to show before a job is started. What it costs is decided when it has finished.
   */
  estimatedCreditsPerFormat: FormatEstimates;
  ingestCostsBilled: IngestCosts;
}

/** Credits that a child got from its partner. */
export interface CreditsAllocatedData {
  /** To whom it happened. */
  organizationId: string;
  /** The transfer, as both ledgers name it. */
  transferId: string;
  /** How many. */
  credits: number;
  /** `auto_refill`: a job brought the wallet below its refill threshold. */
  reason: "allocation" | "auto_refill" | (string & {});
  /** What the allocation said of itself. */
  description: string | null;
  /** The allocation's own. */
  metadata: Record<string, string>;
  /** The child's balance right after it. */
  balance: number;
  /** What was available right after it. */
  available: number;
}

/** Credits were allocated. */
export interface CreditsAllocatedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "credits.allocated";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: CreditsAllocatedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A wallet in which less is available than its refill threshold. */
export interface CreditsLowData {
  /** To whom it happened. */
  organizationId: string;
  /** What new work may spend. */
  available: number;
  /** With what running jobs have reserved. */
  balance: number;
  /** What `available` fell below. */
  refillThreshold: number;
  /** What the next start of a job refills, if the partner can spare it. */
  refillAmount: number | null;
}

/** Credits are low. */
export interface CreditsLowEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "credits.low";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: CreditsLowData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A child's key that was deleted. */
export interface DeletedApiKey {
  apiKey: ApiKey;
  deleted: boolean;
}

/** An endpoint that was deleted. */
export interface DeletedEndpoint {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  deleted: boolean;
}

/** A key of the caller's own organization, without its secret. */
export interface OwnApiKey {
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Backend`. */
  name: string;
  /** The part of the key that may be shown and logged. */
  prefix: string;
  env: "live" | "test" | (string & {});
  scopes: string[];
  /** Killed: every request gets 503. */
  killSwitch: boolean;
  /** Whether requests with it are answered. */
  isActive: boolean;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** To the minute. */
  lastUsedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  rotatedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  revokedAt: string | null;
}

/** A key that was deleted. */
export interface DeletedOwnApiKey {
  apiKey: OwnApiKey;
  deleted: boolean;
}

/** What an attempt to send came to. */
export interface DeliveryAttempt {
  /** When it began. */
  at: string;
  /** How long it took, in milliseconds. */
  durationMs: number;
  /** HTTP status of the answer; null if there was none. */
  status: number | null;
  /** What went wrong, in a sentence. */
  error: string | null;
  /** The first 2 kB of the answer, read as UTF-8; what is none is shown as U+FFFD. */
  body: string | null;
}

/** A webhook endpoint to which nothing is sent any more. */
export interface EndpointAutoPausedData {
  /** To whom it happened. */
  organizationId: string;
  /** The endpoint. */
  endpointId: string;
  /** Where it sent to. */
  url: string;
  /** `failures`: too many attempts failed in a row; `gone`: it answered 410. */
  reason: "failures" | "gone" | (string & {});
  /** How many attempts failed since the last success. */
  consecutiveFailureCount: number;
}

/** Where events are sent. */
export interface WebhookEndpoint {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Null: events of all projects, and of none. */
  projectId: string | null;
  /**
   * Where events are sent: `https`, port 443 or 8443, an address that is routable from anywhere. In
   * development mode also `http` to this machine.
   */
  url: string;
  /** Example: `Credits for June`. */
  description: string | null;
  /** `auto_paused`: the server gave it up, after failures or because it answered 410. */
  status: "active" | "auto_paused" | "paused" | (string & {});
  /** Types of events that are sent; `["*"]` for all. */
  events: string[];
  /**
   * `all_children`: events of each of your children too; only a key with `org:admin` may choose
   * that, and change such an endpoint or read its deliveries.
   */
  scope: "all_children" | "own" | (string & {});
  /** The version of the API that events are written in. */
  apiVersion: "v1" | (string & {});
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata: Record<string, string>;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  updatedAt: string;
  /** Of an attempt to send; null before the first. */
  lastSuccessAt: string | null;
  /** Of an attempt to send; null before the first. */
  lastFailureAt: string | null;
  /** Attempts that failed since the last success. */
  consecutiveFailureCount: number;
}

/** A new endpoint. This is the only time that its signing secret is shown. */
export interface EndpointWithSecret {
  endpoint: WebhookEndpoint;
  /** What requests are signed with; shown this once. */
  signingSecret: string;
  /** Example: `Store the secret now. It is not shown again.`. */
  warning: string;
}

/** What a completed job has made. */
export interface JobResult {
  /** Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerId: string;
  creditsCharged: number;
  assets: Asset[];
}

/** Work in flight, or what became of it. */
export interface Job {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  kind: "content_generate" | (string & {});
  status: "canceled" | "completed" | "failed" | "running" | (string & {});
  /** What is being done; `queued` at first. */
  stage: string;
  /** How much is done; never falls. */
  progress: number;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerIds: string[];
  reservedCredits: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  finishedAt?: string;
  /** Of a completed job. */
  result?: JobResult;
  /** Of a failed job. */
  error?: JobError;
}

/** A job that was canceled. */
export interface JobCanceledData {
  /** To whom it happened. */
  organizationId: string;
  /** The job that is over. */
  jobId: string;
  /** The project that it ran in. */
  projectId: string;
  /** Where its content is. */
  containerId: string;
  /** As it was asked for. */
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  /** What the job is now. */
  status: "canceled" | (string & {});
}

/** A job was canceled. */
export interface JobCanceledEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "job.canceled";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: JobCanceledData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker does. */
export interface JobCancellation {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  accepted: boolean;
  /** Why there is nothing to cancel. */
  reason?: "ALREADY_CANCELED" | "ALREADY_COMPLETED" | "ALREADY_FAILED" | (string & {});
}

/** A job that was completed. */
export interface JobCompletedData {
  /** To whom it happened. */
  organizationId: string;
  /** The job that is over. */
  jobId: string;
  /** The project that it ran in. */
  projectId: string;
  /** Where its content is. */
  containerId: string;
  /** As it was asked for. */
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  /** What the job is now. */
  status: "completed" | (string & {});
  /** What it cost. The rest of its reservation is free again. */
  creditsCharged: number;
}

/** A job was completed. */
export interface JobCompletedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "job.completed";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: JobCompletedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A job that failed. */
export interface JobFailedData {
  /** To whom it happened. */
  organizationId: string;
  /** The job that is over. */
  jobId: string;
  /** The project that it ran in. */
  projectId: string;
  /** Where its content is. */
  containerId: string;
  /** As it was asked for. */
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  /** What the job is now. */
  status: "failed" | (string & {});
  /** Why it failed. */
  error: JobError;
}

/** A job failed. */
export interface JobFailedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "job.failed";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: JobFailedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A key that was killed. */
export interface KilledApiKey {
  apiKey: OwnApiKey;
  killed: boolean;
}

/** What the accounts should be about, and for whom. */
export interface Niche {
  /** What it posts about. */
  vertical: string;
  audience: string | null;
  /** BCP 47 language tag, of registered parts. */
  language: string | null;
  /** Example: `GB`. */
  geo: string[];
}

/** A request for accounts and, once it is answered, its result. */
export interface LeaseRequest {
  /** Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`. */
  id: string;
  /** Your own name for it, else `id`. */
  requestId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** `partial`: fewer accounts than asked for. All but `requested` are final. */
  status: "assigned" | "partial" | "rejected" | "requested" | (string & {});
  count: number;
  niche: Niche;
  /** Example: `Accounts that review cafés`. */
  target: string | null;
  /** The operator's answer. */
  note: string | null;
  /** Example: `2026-04-20T16:12:02Z`. */
  submittedAt: string;
  /** Example: `2026-04-20T16:12:02Z`. */
  assignedAt: string | null;
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  assignedSocialAccountIds: string[];
}

/** A lease request that was answered with accounts. */
export interface LeaseRequestAssignedData {
  /** To whom it happened. */
  organizationId: string;
  /** The request that was answered. */
  id: string;
  /** Your own name for it, else `id`. */
  requestId: string;
  /** The project that it is for. */
  projectId: string;
  /** The accounts that were assigned. */
  socialAccountIds: string[];
  /** What the operator says of it. */
  note: string | null;
  /** `partial`: with fewer accounts than were asked for. */
  status: "assigned" | "partial" | (string & {});
}

/** A lease request was answered with accounts. */
export interface LeaseRequestAssignedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "lease_request.assigned";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: LeaseRequestAssignedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A lease request that was rejected. */
export interface LeaseRequestRejectedData {
  /** To whom it happened. */
  organizationId: string;
  /** The request that was answered. */
  id: string;
  /** Your own name for it, else `id`. */
  requestId: string;
  /** The project that it is for. */
  projectId: string;
  /** The accounts that were assigned. */
  socialAccountIds: string[];
  /** What the operator says of it. */
  note: string | null;
  /** What the request is now. */
  status: "rejected" | (string & {});
}

/** A lease request was rejected. */
export interface LeaseRequestRejectedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "lease_request.rejected";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: LeaseRequestRejectedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** An account leased to a project: what it costs, and when it is charged next. */
export interface LeasedAccount {
  /** This lease's own, never used for another. */
  socialAccountId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `coffee.reviews.daily`. */
  handle: string;
  /** Example: `tiktok`. */
  platform: string;
  followers: number;
  status: "assigned" | "disconnected" | (string & {});
  /** Example: `2026-04-20T16:12:02Z`. */
  assignedAt: string;
  /** When the next month begins and is charged; null once disconnected. */
  nextRenewalAt: string | null;
  /** Debited from the partner's cash wallet on `nextRenewalAt`. */
  monthlyPriceCents: number;
  /** `past_due` while a month that has begun could not be paid. */
  billingStatus: "current" | "past_due" | (string & {});
  /** Example: `2026-04-20T16:12:02Z`. */
  pastDueSince: string | null;
  /** Example: `2026-04-20T16:12:02Z`. */
  disconnectedAt?: string;
  disconnectedReason?:
    | "organization_archived"
    | "payment_failed"
    | "recalled_by_operator"
    | "released_by_partner"
    | (string & {});
}

/** A leased account that is no longer the project's. */
export interface LeasedAccountDisconnectedData {
  /** To whom it happened. */
  organizationId: string;
  /** The account. */
  socialAccountId: string;
  /** The project that it is in. */
  projectId: string;
  /** How the lease ended. */
  disconnectedReason:
    | "organization_archived"
    | "payment_failed"
    | "recalled_by_operator"
    | "released_by_partner"
    | (string & {});
}

/** A leased account was disconnected. */
export interface LeasedAccountDisconnectedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "leased_account.disconnected";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: LeasedAccountDisconnectedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A month of a leased account that could not be paid. */
export interface LeasedAccountPastDueData {
  /** To whom it happened. */
  organizationId: string;
  /** The account. */
  socialAccountId: string;
  /** The project that it is in. */
  projectId: string;
  /** Which month of the lease, counted from 0, the first. */
  leaseMonth: number;
  /** What it costs. */
  amountCents?: number;
}

/** A leased account could not be renewed. */
export interface LeasedAccountPastDueEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "leased_account.past_due";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: LeasedAccountPastDueData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A month of a leased account that was paid. */
export interface LeasedAccountRenewedData {
  /** To whom it happened. */
  organizationId: string;
  /** The account. */
  socialAccountId: string;
  /** The project that it is in. */
  projectId: string;
  /** Which month of the lease, counted from 0, the first. */
  leaseMonth: number;
  /** What the partner's cash wallet paid. */
  amountCents: number;
}

/** A leased account was renewed. */
export interface LeasedAccountRenewedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "leased_account.renewed";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: LeasedAccountRenewedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/**
 * How far a ledger reaches. With its events it shows whether any of them was changed or is missing.
 */
export interface LedgerHead {
  /** Whose ledger it is. */
  organizationId: string;
  /** Events from the first to the newest. */
  eventsCount: number;
  /** `hash` of the newest event; 64 zeros when there is none. */
  headHash: string;
  /** The newest event. */
  headEventId: string | null;
}

/** A child that a migration created. */
export interface MigratedChild {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `Corner Coffee`. */
  name: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectIds: string[];
}

/** What a migration did. */
export interface Migrated {
  projectsMoved: number;
  childrenCreated: number;
  children: MigratedChild[];
}

/** What the accounts should be about, and for whom. */
export interface NicheParam {
  /** What it posts about. At most 64 characters. Example: `food_and_drink`. */
  vertical: string;
  /** At most 500 characters. */
  audience?: string | null | undefined;
  /** BCP 47 language tag, of registered parts. At most 35 characters. Example: `en`. */
  language?: string | null | undefined;
  /** At most 249 of them. Example: `GB`. */
  geo?: readonly string[] | undefined;
}

/** A partner, or a child that a partner has created for a customer. */
export interface Organization {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Null for a partner. */
  parentOrganizationId: string | null;
  /** Example: `Corner Coffee`. */
  name: string;
  status: "active" | "archived" | "suspended" | (string & {});
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata: Record<string, string>;
  /** Example: `billing@example.com`. */
  billingEmail: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  archivedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  updatedAt: string;
}

/** An organization that was archived, for ever. */
export interface OrganizationArchivedData {
  /** To whom it happened. */
  organizationId: string;
  /** Its name. */
  name: string;
  /** Null for a partner. */
  parentOrganizationId: string | null;
  /** What the organization is now. */
  status: "archived" | (string & {});
  /** What went back to the partner. */
  reclaimedCredits: number;
  /** How many of its keys were revoked. */
  revokedApiKeys: number;
  /** How many of its leases ended. */
  releasedLeasedAccounts: number;
}

/** An organization was archived. */
export interface OrganizationArchivedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "organization.archived";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: OrganizationArchivedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** What a parent wants to know of a child at a glance. */
export interface OrganizationSummary {
  projectCount: number;
  balance: number;
  available: number;
  creditConfig: CreditConfig;
}

/** A child organization with its summary. */
export interface OrganizationDetail {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Null for a partner. */
  parentOrganizationId: string | null;
  /** Example: `Corner Coffee`. */
  name: string;
  status: "active" | "archived" | "suspended" | (string & {});
  /** Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all. */
  metadata: Record<string, string>;
  /** Example: `billing@example.com`. */
  billingEmail: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  archivedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  updatedAt: string;
  summary: OrganizationSummary;
}

/** An organization that is active again. */
export interface OrganizationResumedData {
  /** To whom it happened. */
  organizationId: string;
  /** Its name. */
  name: string;
  /** Null for a partner. */
  parentOrganizationId: string | null;
  /** What the organization is now. */
  status: "active" | (string & {});
}

/** An organization is active again. */
export interface OrganizationResumedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "organization.resumed";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: OrganizationResumedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** An organization that was suspended. */
export interface OrganizationSuspendedData {
  /** To whom it happened. */
  organizationId: string;
  /** Its name. */
  name: string;
  /** Null for a partner. */
  parentOrganizationId: string | null;
  /** What the organization is now. */
  status: "suspended" | (string & {});
}

/** An organization was suspended. */
export interface OrganizationSuspendedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "organization.suspended";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: OrganizationSuspendedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A key with its new secret, which is shown this once. */
export interface OwnApiKeyWithSecret {
  apiKey: OwnApiKey;
  /** The whole key, as a bearer token. */
  secret: string;
  /** Example: `Store the secret now. It is not shown again.`. */
  warning: string;
}

/** What a test sends: the payload that it was given, whatever that is, or this. */
export interface PingData {
  /** A greeting. */
  message?: string;
}

/** A session of the portal that waits to be opened. */
export interface PortalSession {
  /** Opens it, once, for whoever has it first. Send a browser there, and keep it nowhere. */
  url: string;
  /** When the link and the session end. */
  expiresAt: string;
}

/** Where content is made and accounts are leased, for one app or brand. */
export interface Project {
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Spring launch`. */
  name: string;
  status: "active" | "archived" | (string & {});
  /** Example: `customer-4711`. */
  customerExternalId: string | null;
  /** Example: `Europe/Lisbon`. */
  timezone: string;
  /** Example: `en`. */
  primaryLanguage: string;
  /** Example: `owner@example.com`. */
  ownerEmail: string | null;
  /** Example: `Corner Coffee`. */
  appName: string | null;
  /**
   * Example: `Corner Coffee finds the best coffee within ten minutes of wherever you are, and tells
   * you when the queue is short.`.
   */
  appDescription: string | null;
  /** Example: `Good coffee, near you`. */
  tagline: string | null;
  brandVoice:
    | "authentic"
    | "casual"
    | "educational"
    | "professional"
    | "warm"
    | "witty"
    | (string & {})
    | null;
  targetGender: "all" | "female" | "male" | (string & {}) | null;
  metadata: Record<string, unknown> | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  updatedAt: string;
}

/** What is being sent again. */
export interface Recovered {
  /** Deliveries that are due now: new ones, and retries. */
  deliveries: number;
  /** There is more than one request recovers. Ask again, for the rest. */
  hasMore: boolean;
}

/** A leased account that was given back. */
export interface ReleasedAccount {
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  status: "disconnected" | (string & {});
  disconnectedReason: "released_by_partner" | (string & {});
  /** Example: `2026-04-20T16:12:02Z`. */
  disconnectedAt: string;
}

/** A replay that is on its way. */
export interface Replayed {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  originalDeliveryId: string;
  /** What becomes of it. */
  replayDeliveryId: string;
  /** When it is due. */
  scheduledAt: string;
}

/** Credits that a job holds until it ends. */
export interface Reservation {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `video_remix`. */
  format: string;
  /** The most that it can cost. */
  reservedCredits: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  reservedAt: string;
  /** When the job fails, if it has not ended by then, and they are released. */
  expiresAt: string;
}

/** A social account that was disconnected. */
export interface RevokedAccount {
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  status: "disconnected" | (string & {});
  disconnectedReason: "revoked_by_partner" | (string & {});
  canceledScheduledPosts: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  disconnectedAt: string;
}

/** A new signing secret, which is shown this once. */
export interface RotatedSecret {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** What requests are signed with; shown this once. */
  signingSecret: string;
  /** Until then the previous secret signs too. */
  previousSecretExpiresAt: string;
  /** Example: `Store the secret now. It is not shown again.`. */
  warning: string;
}

/** A test that is on its way. */
export interface SentTest {
  /** Example: `evt_01K0EJRPVYF888RF9FDTD4P705`. */
  eventId: string;
  /** What becomes of it. */
  deliveryId: string;
  /** When it is due. */
  scheduledAt: string;
}

/** An account that the project can publish to, leased or the customer's own. */
export interface SocialAccount {
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** Example: `tiktok`. */
  platform: string;
  /** Example: `coffee.reviews.daily`. */
  handle: string;
  avatarUrl: string | null;
  status: "connected" | "disconnected" | "reauth_required" | (string & {});
  /** Whether it is leased; then it has a price too. */
  leased: boolean;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  connectedAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  tokenExpiresAt: string | null;
}

/** An account that a project can publish to. */
export interface SocialAccountConnectedData {
  /** To whom it happened. */
  organizationId: string;
  /** The account. */
  socialAccountId: string;
  /** The project that it is in. */
  projectId: string;
  /** Its name on the platform. */
  handle: string;
}

/** A social account was connected. */
export interface SocialAccountConnectedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "social_account.connected";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: SocialAccountConnectedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** An account that a project can no longer publish to. */
export interface SocialAccountRevokedData {
  /** To whom it happened. */
  organizationId: string;
  /** The account. */
  socialAccountId: string;
  /** The project that it is in. */
  projectId: string;
  /** Its name on the platform. */
  handle: string;
}

/** A social account was revoked. */
export interface SocialAccountRevokedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "social_account.revoked";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: SocialAccountRevokedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** A job that has been started. */
export interface StartedJob {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  kind: "content_generate" | (string & {});
  status: "running" | (string & {});
  stage: "queued" | (string & {});
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** What it will fill. */
  containerIds: string[];
  /** The most that it can cost. */
  reservedCredits: number;
  /** Ask here how far it is. */
  locationUrl: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string;
}

/** A test of a webhook endpoint. */
export interface TestPingEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "test.ping";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: PingData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** An event on its way to an endpoint, and how far it is. */
export interface WebhookDelivery {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Example: `evt_01K0EJRPVYF888RF9FDTD4P705`. */
  eventId: string;
  /** Example: `job.completed`. */
  eventType: string;
  /**
   * `failed`: an attempt failed, and there will be another one. `abandoned`: there will be none.
   */
  status: "abandoned" | "delivered" | "delivering" | "failed" | "pending" | (string & {});
  /** When it will be sent; null while it is, and after its end. */
  nextRetryAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  deliveredAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  abandonedAt: string | null;
  /** Why it is not sent any more. */
  abandonedReason:
    | "attempts_exhausted"
    | "endpoint_auto_paused"
    | "endpoint_gone"
    | "endpoint_paused"
    | "event_expired"
    | "organization_archived"
    | "organization_suspended"
    | "out_of_scope"
    | (string & {})
    | null;
  /** HTTP status of the last answer; null if there was none. */
  lastResponseStatus: number | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  lastResponseAt: string | null;
  /** What went wrong in the last attempt, in a sentence. */
  lastErrorMessage: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** How often it was sent. */
  attempts: number;
}

/** A delivery with what is sent, and its attempts. */
export interface WebhookDeliveryDetail {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  endpointId: string;
  /** Example: `evt_01K0EJRPVYF888RF9FDTD4P705`. */
  eventId: string;
  /** Example: `job.completed`. */
  eventType: string;
  /**
   * `failed`: an attempt failed, and there will be another one. `abandoned`: there will be none.
   */
  status: "abandoned" | "delivered" | "delivering" | "failed" | "pending" | (string & {});
  /** When it will be sent; null while it is, and after its end. */
  nextRetryAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  deliveredAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  abandonedAt: string | null;
  /** Why it is not sent any more. */
  abandonedReason:
    | "attempts_exhausted"
    | "endpoint_auto_paused"
    | "endpoint_gone"
    | "endpoint_paused"
    | "event_expired"
    | "organization_archived"
    | "organization_suspended"
    | "out_of_scope"
    | (string & {})
    | null;
  /** HTTP status of the last answer; null if there was none. */
  lastResponseStatus: number | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  lastResponseAt: string | null;
  /** What went wrong in the last attempt, in a sentence. */
  lastErrorMessage: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** What is sent; null once the event is no longer kept. */
  payload: WebhookEvent | null;
  /** How often it was sent, and what came of it. */
  attempts: DeliveryAttempt[];
}

/** A webhook endpoint was paused by the server. */
export interface WebhookEndpointAutoPausedEvent {
  /** The same however often the event is sent. Keep the ids that you have handled. */
  id: string;
  /** What has happened. */
  type: "webhook_endpoint.auto_paused";
  /** The version of the API that `data` is written in. */
  apiVersion: "v1" | (string & {});
  /** When it happened. */
  createdAt: string;
  /** To whom it happened. */
  organizationId: string;
  data: EndpointAutoPausedData;
  /** Only of a replay: the delivery whose `data` this one sends again. */
  replayOf?: string;
}

/** Whose key this is, and what it may do. */
export interface WhoAmI {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** The same as `organizationId`. */
  workspaceId: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  /** Null for a partner. */
  parentOrganizationId: string | null;
  scopes: string[];
  rateLimitTier: "internal" | "partner" | "pilot" | "sandbox" | "standard" | (string & {});
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  apiKeyId: string;
  /** `balance` of `GET /v1/credits`. */
  creditBalance: number;
}

/** An event. What its `data` is follows from its `type`; new types are added over time. */
export type WebhookEvent =
  | JobCompletedEvent
  | JobFailedEvent
  | JobCanceledEvent
  | ContentGeneratedEvent
  | LeaseRequestAssignedEvent
  | LeaseRequestRejectedEvent
  | LeasedAccountRenewedEvent
  | LeasedAccountPastDueEvent
  | LeasedAccountDisconnectedEvent
  | SocialAccountConnectedEvent
  | SocialAccountRevokedEvent
  | CreditsLowEvent
  | CreditsAllocatedEvent
  | OrganizationSuspendedEvent
  | OrganizationResumedEvent
  | OrganizationArchivedEvent
  | ApiKeyKilledEvent
  | WebhookEndpointAutoPausedEvent
  | TestPingEvent;
