// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

/** One thing that happened to a pool account. */
export interface AccountEvent {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  eventId: string;
  /** Example: `leased_account.priced`. */
  eventType: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  occurredAt: string;
  actor: "operator" | "partner_api" | "system" | (string & {});
  /** The name of the operator who did it. */
  operator: string | null;
  /** As in `X-Request-Id` of its answer. */
  requestId: string | null;
  /** What was done, and to what. */
  data: Record<string, unknown>;
}

/** A lease that a pool account has or had. */
export interface AccountLease {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string | null;
  /** Whose cash wallet pays: the organization or its parent. */
  partnerId: string;
  partnerName: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  projectName: string;
  /** When the first month begins that is not paid; null once it is over. */
  paidThrough: string | null;
  /** When it is tried again, of one that is past due. */
  nextAttemptAt: string | null;
  /** When one that is past due is tried for the last time, and else ends. */
  lastAttemptAt: string | null;
  monthsPaid: number;
  /** What its months were charged. */
  paidCents: number;
  /** What of that was given back. */
  refundedCents: number;
  /** What was said when it was released or recalled. */
  releaseNote: string | null;
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

/** A rule that does not hold, and the two values that should agree. */
export interface BookMismatch {
  /** Example: `prepaid_balance`. */
  rule: string;
  /** What has to be so, in words; null for a rule of another version. */
  meaning: string | null;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string | null;
  /** What it is about. */
  subject: string;
  expected: number | string;
  found: number | string;
}

/** A finished check of the books. */
export interface BooksCheck {
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  finishedAt: string;
  /** Credit and cash wallets. */
  walletsChecked: number;
  /** Credit and cash events. */
  eventsChecked: number;
  /** Empty when the books agree; else the first ones. */
  mismatches: BookMismatch[];
  /** All of them. */
  mismatchesFound: number;
}

/** One criterion, and the points that a candidate has for it. */
export interface Reason {
  criterion: "followers" | "geo" | "language" | "vertical" | (string & {});
  points: number;
  /** The most that there are for it. */
  of: number;
  /** Example: `reaches GB, US of CA, GB, US`. */
  text: string;
}

/** An available account, and how well it fits. */
export interface Candidate {
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  platform: "tiktok" | (string & {});
  /** Example: `coffee.reviews.daily`. */
  handle: string;
  followers: number;
  /** Example: `food_and_drink`. */
  vertical: string;
  /** Example: `en`. */
  language: string;
  geo: string[];
  monthlyPriceCents: number;
  avatarUrl: string | null;
  status: "available" | "leased" | "retired" | (string & {});
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  updatedAt: string;
  /** The lease that has it, while it is leased. */
  socialAccountId: string | null;
  /** The points of the reasons together. */
  score: number;
  reasons: Reason[];
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

/** A job that is the worker's now, until it ends it or is silent for too long. */
export interface ClaimedJob {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** 1, 2 or 3. */
  attempt: number;
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerId: string;
  /** What the partner sent. */
  inputs: Record<string, unknown>;
  /** The most that it can be charged. */
  reservedCredits: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  leaseUntil: string;
}

/** The jobs that were claimed; none when there are none. */
export interface ClaimedJobs {
  items: ClaimedJob[];
}

/** A file that was uploaded, and what it is. */
export interface ReportedAsset {
  /** `slide`, `poster`, `video`, … A job of `auto` with a `video` became one. Example: `slide`. */
  kind: string;
  /** At most 120 characters. Example: `slide-1.png`. */
  name: string;
  /** From 1 to 100,000. */
  width: number;
  /** From 1 to 100,000. */
  height: number;
  /** Example: `image/png`. */
  mimeType: string;
  /** From 0 to 104,857,600. */
  sizeBytes: number;
  /** Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`. */
  sha256: string;
}

/** One finished job: what it cost, and what it made. */
export interface CompletionItem {
  /** Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  /** What it cost, at most what was reserved. */
  creditsCharged: number;
  /** What it made. At most 200 of them. */
  assets: readonly ReportedAsset[];
  /** `job_` and a ULID, or the bare ULID. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** What went wrong, for programs (`code`, `details`) and for people (`message`). */
export interface ErrorContent {
  code:
    | "BILLING_EXHAUSTED"
    | "CONFLICT"
    | "FORBIDDEN_SCOPE"
    | "IDEMPOTENCY_CONFLICT"
    | "IDEMPOTENCY_IN_PROGRESS"
    | "IDEMPOTENCY_REQUIRED"
    | "INTERNAL"
    | "KILL_SWITCH"
    | "METHOD_NOT_ALLOWED"
    | "NOT_FOUND"
    | "PAYLOAD_TOO_LARGE"
    | "RATE_LIMITED"
    | "REQUEST_TIMEOUT"
    | "UNAUTHENTICATED"
    | "UNAVAILABLE"
    | "VALIDATION"
    | (string & {});
  /** Example: `There is nothing here that this key can see.`. */
  message: string;
  /** Example: `req_01K0EMRPVYF88W1S7F6X9MPQ0R`. */
  requestId: string;
  details?: Record<string, unknown>;
}

/** What became of a job: `running` when it will be tried again, `canceled` when it was. */
export interface ReportedEnd {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** Example: `completed`. */
  status: "canceled" | "completed" | "failed" | "running" | (string & {});
  creditsCharged: number;
}

/** What the completion of one job is answered: `body`, or `error`. */
export interface CompletionReport {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** HTTP status: that of the answer to a request for this job alone. */
  status: number;
  /** Whether the same was reported before; this is its answer again. */
  replayed: boolean;
  /** If it was refused. Nothing has changed, unless `details.outcome` is `unknown`. */
  error?: ErrorContent;
  /** If `status` is 200. */
  body?: ReportedEnd;
}

/** The answer to each completion, in their order. */
export interface CompletionReports {
  items: CompletionReport[];
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

/** The other side of a transfer. */
export interface Counterpart {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  /** Of its row in the ledger of that one. */
  sequence: number;
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

/** Credits that a job holds until it ends. */
export interface CreditReservation {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `video_remix`. */
  format: string;
  /** Of the job. */
  stage: string;
  /** What it holds. */
  credits: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  reservedAt: string;
  /** Then the job fails, and they are released. */
  expiresAt: string;
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

/** What the ledgers come to on a day, from midnight to midnight in UTC. */
export interface DayTotals {
  /** Example: `2026-06-01`. */
  day: string;
  /**
   * Whether all rows of that day are counted. Today never is; an earlier day is a few minutes after
   * its end, or later while no worker runs.
   */
  isComplete: boolean;
  /** What jobs were charged. */
  creditsUsed: number;
  /** Of what jobs had been charged. */
  creditsRefunded: number;
  creditsPurchased: number;
  /** Top-ups. */
  cashPaidInCents: number;
  /** What leases took, at assignment and at renewal. */
  cashChargedCents: number;
  /** Of what leases had taken. */
  cashRefundedCents: number;
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

/** What would happen to a lease. */
export interface DryRunLease {
  /** Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  socialAccountId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /**
   * `paid`; `past_due`, which it is not yet; `still_past_due`: tried again without success;
   * `ended`: its last attempt fails.
   */
  outcome: "ended" | "paid" | "past_due" | "still_past_due" | (string & {});
  monthsPaid: number;
  paidCents: number;
}

/** How many sessions were ended. */
export interface EndedSessions {
  ended: number;
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

/** How an attempt failed. */
export interface EndpointError {
  /** Example: `2026-06-01T00:00:00.000Z`. */
  at: string;
  /** Of the answer; null if there was none. */
  status: number | null;
  /** What went wrong; never a secret. */
  message: string | null;
}

/** Upper bounds of what one piece of content costs; what is left out stays as it is. */
export interface FormatPrices {
  slideshow_builder?: number | undefined;
  slideshow_remix?: number | undefined;
  video_remix?: number | undefined;
  ugc_remix?: number | undefined;
  auto?: number | undefined;
}

/** A full check of the books, without what it found. */
export interface FullCheck {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** `requested` until a worker has done it; then it is `finished`. */
  status: "finished" | "requested" | (string & {});
  /** When an operator asked for it; null once it is finished. */
  requestedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  finishedAt: string | null;
  /** Credit and cash wallets. */
  walletsChecked: number;
  /** Credit and cash events. */
  eventsChecked: number;
  /** 0 when the books agree. */
  mismatchesFound: number;
}

/** A full check of the books, and what it found. */
export interface FullCheckDetail {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** `requested` until a worker has done it; then it is `finished`. */
  status: "finished" | "requested" | (string & {});
  /** When an operator asked for it; null once it is finished. */
  requestedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  finishedAt: string | null;
  /** Credit and cash wallets. */
  walletsChecked: number;
  /** Credit and cash events. */
  eventsChecked: number;
  /** 0 when the books agree. */
  mismatchesFound: number;
  /** Empty when the books agree; else the first ones. */
  mismatches: BookMismatch[];
}

/** How long the claim lasts now, and whether there is a reason to go on. */
export interface HeartbeatAnswer {
  /** Stop, and report the job as failed: it ends as canceled. */
  cancelRequested: boolean;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  leaseUntil: string;
}

/** The heartbeat of one job; what is left out stays. */
export interface HeartbeatItem {
  /** Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  claimToken: string;
  /**
   * What is being done, in this order; any of them may be left out. An earlier one than before
   * changes nothing. In `finalizing` a job cannot be canceled any more. Example: `rendering`.
   */
  stage?:
    | "finalizing"
    | "generating"
    | "processing"
    | "rendering"
    | "uploading"
    | (string & {})
    | null
    | undefined;
  /** How much is done. From 0 to 1. */
  progress?: number | null | undefined;
  /** `job_` and a ULID, or the bare ULID. Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
}

/** What the heartbeat of one job is answered: `body`, or `error`. */
export interface HeartbeatReport {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  jobId: string;
  /** HTTP status: that of the answer to a request for this job alone. */
  status: number;
  /** Whether the same was reported before; this is its answer again. */
  replayed: boolean;
  /** If it was refused. Nothing has changed, unless `details.outcome` is `unknown`. */
  error?: ErrorContent;
  /** If `status` is 200. */
  body?: HeartbeatAnswer;
}

/** The answer to each heartbeat, in their order. */
export interface HeartbeatReports {
  items: HeartbeatReport[];
}

/** Why a line was rejected. */
export interface ImportProblem {
  /** Lines count from 1, the header of a CSV too. */
  line: number;
  /** Example: `geo: Expected countries of ISO 3166-1, such as US`. */
  message: string;
}

/** The installation's time. */
export interface InstallationClock {
  /** Example: `2026-06-01T00:00:00.000Z`. */
  now: string;
  /** How far it is ahead of the real time. */
  offsetSeconds: number;
}

/** Who did something to a job, and when. */
export interface JobActor {
  /** Example: `2026-06-01T00:00:00.000Z`. */
  at: string;
  /** `system`: the server, when time was over. */
  actor: "operator" | "partner_api" | "system" | (string & {});
  /** Its name, if it was an operator or a worker. */
  operator: string | null;
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  apiKeyId: string | null;
  /** Example: `spring-campaign`. */
  requestId: string | null;
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

/** A file that a job has made. */
export interface JobFile {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  assetId: string;
  /** Example: `slide`. */
  kind: string;
  /** Example: `Corner Coffee`. */
  name: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Example: `image/png`. */
  mimeType: string;
  sizeBytes: number;
  /** Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`. */
  sha256: string;
  /** Where this server serves it for one hour, wherever it is kept. */
  url: string;
}

/** What a job was given, and what it has made. */
export interface JobContent {
  /** What the partner sent. */
  inputs: Record<string, unknown>;
  /** None before it is completed. */
  assets: JobFile[];
}

/** Why a job failed: a code for programs, a message for people. */
export interface JobError {
  /** Example: `WORKER_LOST`. */
  code: string;
  /** Example: `The source video does not exist any more.`. */
  message: string;
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

/** One claim of a job: who took it, and how that ended. */
export interface JobTry {
  /** 1, 2 or 3. */
  attempt: number;
  /** Example: `worker-1`. */
  workerId: string;
  /** The name of the token that it was taken with. */
  operator: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  claimedAt: string;
  /** Null while the worker has it. */
  endedAt: string | null;
  /** `requeued`: the job waited for another worker. */
  end: "canceled" | "completed" | "failed" | "requeued" | (string & {}) | null;
  /** Why it went wrong. */
  code: string | null;
}

/**
 * What happened to a job. It comes from the audit log, so of a job older than 90 days it is empty.
 */
export interface JobHistory {
  started: JobActor | null;
  cancelRequested: JobActor | null;
  ended: JobActor | null;
  /** The first one first. */
  tries: JobTry[];
}

/** What waits for workers, what they have, and what was lost. */
export interface JobsSummary {
  /** For a worker. 10,000 stands for so many or more. */
  waiting: number;
  /** When the one that waits longest was started; null when none waits. */
  oldestWaitingAt: string | null;
  /** With a worker. 10,000 stands for so many or more. */
  running: number;
  /** Of those, whose worker is silent for too long: they are about to wait again. */
  silent: number;
  /** Failed with `WORKER_LOST` in the last 24 hours. 10,000 stands for so many or more. */
  lostWithinDay: number;
}

/** One thing that happened to a lease. */
export interface LeaseEvent {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  eventId: string;
  /** Example: `leased_account.priced`. */
  eventType: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  occurredAt: string;
  actor: "operator" | "partner_api" | "system" | (string & {});
  /** The name of the operator who did it. */
  operator: string | null;
  /** As in `X-Request-Id` of its answer. */
  requestId: string | null;
  /** What was done, and to what. */
  data: Record<string, unknown>;
}

/** A month of a lease that was charged or tried. */
export interface LeaseMonth {
  /** 0 is the first. */
  leaseMonth: number;
  /** Example: `2026-04-20T16:12:02Z`. */
  periodStart: string;
  /** Example: `2026-04-20T16:12:02Z`. */
  periodEnd: string;
  priceCents: number;
  /** `due` while it could not be paid; `uncollected`: the lease ended so. */
  status: "due" | "paid" | "uncollected" | (string & {});
  refundedCents: number;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  settledAt: string | null;
  /** Of the cash event that paid it; null at price 0. */
  eventId: string | null;
}

/** A lease of which a month begins on the day that was asked for. */
export interface LeaseOfDay {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string | null;
  /** Whose cash wallet pays: the organization or its parent. */
  partnerId: string;
  partnerName: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  projectName: string;
  /** When the first month begins that is not paid; null once it is over. */
  paidThrough: string | null;
  /** When it is tried again, of one that is past due. */
  nextAttemptAt: string | null;
  /** When one that is past due is tried for the last time, and else ends. */
  lastAttemptAt: string | null;
  /** When that month begins and is charged. */
  dueAt: string;
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

/** A lease with what it has brought. */
export interface LeaseWithPayments {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string | null;
  /** Whose cash wallet pays: the organization or its parent. */
  partnerId: string;
  partnerName: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  projectName: string;
  /** When the first month begins that is not paid; null once it is over. */
  paidThrough: string | null;
  /** When it is tried again, of one that is past due. */
  nextAttemptAt: string | null;
  /** When one that is past due is tried for the last time, and else ends. */
  lastAttemptAt: string | null;
  monthsPaid: number;
  /** What its months were charged. */
  paidCents: number;
  /** What of that was given back. */
  refundedCents: number;
  /** What was said when it was released or recalled. */
  releaseNote: string | null;
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

/** The job that a row is of, as it is now; `workflowId` of the row is its id. */
export interface LedgerJob {
  status: "canceled" | "completed" | "failed" | "running" | (string & {});
  /** What it held until it ended. */
  reservedCredits: number;
  /** What it was charged when it ended. */
  chargedCredits: number;
  /** What of that has been given back; more than that cannot be. */
  refundedCredits: number;
}

/** The lease whose month a row is of, as it is now. */
export interface LedgerLease {
  /** Example: `coffee.reviews.daily`. */
  handle: string;
  /** Null in the test environment. */
  poolAccountId: string | null;
  status: "assigned" | "disconnected" | (string & {});
  disconnectedReason:
    | "organization_archived"
    | "payment_failed"
    | "recalled_by_operator"
    | "released_by_partner"
    | (string & {})
    | null;
  /** What this month was charged. */
  chargedCents: number;
  /** What of that has been given back; more than that cannot be. */
  refundedCents: number;
}

/** A lease with whose it is, and what happens next. */
export interface ListedLease {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string | null;
  /** Whose cash wallet pays: the organization or its parent. */
  partnerId: string;
  partnerName: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  projectName: string;
  /** When the first month begins that is not paid; null once it is over. */
  paidThrough: string | null;
  /** When it is tried again, of one that is past due. */
  nextAttemptAt: string | null;
  /** When one that is past due is tried for the last time, and else ends. */
  lastAttemptAt: string | null;
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

/** Open requests of about one age. */
export interface RequestAge {
  /** Submitted at least so long ago. */
  fromHours: number;
  /** And less long ago than this; null: any. */
  toHours: number | null;
  count: number;
}

/** The lease requests that nobody has answered. */
export interface OpenRequests {
  count: number;
  /** What they ask for together. */
  accounts: number;
  /** Null when there is none. */
  oldestSubmittedAt: string | null;
  /** The youngest first, all ages. */
  byAge: RequestAge[];
}

/** An operator, without the token. */
export interface Operator {
  /** Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `Robin`. */
  name: string;
  role: "admin" | "finance" | "operator" | "viewer" | "worker" | (string & {});
  /** The part of the token that may be shown. */
  prefix: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  expiresAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  rotatedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  revokedAt: string | null;
}

/** An operator with a new token, which is shown this once. */
export interface OperatorWithToken {
  operator: Operator;
  /** The whole token, as a bearer token. */
  secret: string;
  /** Example: `Store the secret now. It is not shown again.`. */
  warning: string;
}

/** One thing that was done or refused, by whomever. */
export interface OpsAuditEvent {
  /** Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  eventId: string;
  /** Example: `organization.suspended`. */
  eventType: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  occurredAt: string;
  /** As in `X-Request-Id` of its answer. */
  requestId: string | null;
  /** Who acted, or was acted on; null for what concerns the installation. */
  organizationId: string | null;
  /** Example: `Corner Coffee`. */
  organizationName: string | null;
  /** The environment; null for what concerns the installation. */
  env: "live" | "test" | (string & {}) | null;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string | null;
  /** Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  apiKeyId: string | null;
  actor: "operator" | "partner_api" | "system" | (string & {});
  /** What was acted on; in `operator` the name of the operator who did it. */
  data: Record<string, unknown>;
}

/** A movement of cash as the partner sees it, with what it came from and who made it. */
export interface OpsCashEvent {
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
  /** Its place in the ledger, from 1 on, without gaps. */
  sequence: number;
  /** Of the organization that it was for, as it is called now. */
  organizationName: string;
  /** The lease that it is of, if it is. */
  lease: LedgerLease | null;
  /** Of the payment. The partner does not see it. */
  reference: string | null;
  /** Who booked it, if one did. */
  operatorId: string | null;
  /** The name of that operator. */
  operatorName: string | null;
  /** The request that made it, if one did. */
  requestId: string | null;
}

/** A month of a lease that has begun, and how it was settled. */
export interface SettledMonth {
  /** 0 is the first month. */
  leaseMonth: number;
  /** Example: `2026-04-20T16:12:02Z`. */
  periodStart: string;
  /** Example: `2026-04-20T16:12:02Z`. */
  periodEnd: string;
  priceCents: number;
  /** `due` has not been paid yet; `uncollected` never will be. */
  status: "due" | "paid" | "uncollected" | (string & {});
  refundedCents: number;
  /** Of the row that charged it; null without one. */
  sequence: number | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  settledAt: string | null;
}

/** One movement of cash, and what belongs with it. */
export interface OpsCashEventDetail {
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
  /** Its place in the ledger, from 1 on, without gaps. */
  sequence: number;
  /** Of the organization that it was for, as it is called now. */
  organizationName: string;
  /** The lease that it is of, if it is. */
  lease: LedgerLease | null;
  /** Of the payment. The partner does not see it. */
  reference: string | null;
  /** Who booked it, if one did. */
  operatorId: string | null;
  /** The name of that operator. */
  operatorName: string | null;
  /** The request that made it, if one did. */
  requestId: string | null;
  /** The request that its lease was assigned for, if it was for one. */
  leaseRequestId: string | null;
  /** The months of its lease that have begun, newest first, at most 100. */
  leaseMonths: SettledMonth[];
  /**
   * The other rows of its lease, those of the same request, and of a payment the renewals that it
   * paid; oldest first, at most 100.
   */
  related: OpsCashEvent[];
}

/** A movement of credits as its partner sees it, with what it came from and who made it. */
export interface OpsCreditEvent {
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
  /** Whose ledger it is in. */
  organizationId: string;
  /** Its place in the ledger, from 1 on, without gaps. */
  sequence: number;
  /** The part of `credits` that is of the allotment. */
  includedCredits: number;
  /** The part of `credits` that is prepaid. */
  prepaidCredits: number;
  /**
   * Which rule made it; null when somebody asked for it. Unlike `metadata.reason`, it cannot be
   * written by whoever moves credits.
   */
  rule:
    | "archive_lapse"
    | "archive_sweep"
    | "auto_refill"
    | "fictitious"
    | "period_allotment"
    | "period_lapse"
    | "subscription_raised"
    | (string & {})
    | null;
  /** The job that it is of, if it is of one. */
  job: LedgerJob | null;
  /** The transfer that it is a side of, if it is one. */
  transferId: string | null;
  /** The other side of that transfer. */
  counterpart: Counterpart | null;
  /** The key that asked for it, if one did. */
  apiKeyId: string | null;
  /** The name of that key. */
  apiKeyName: string | null;
  /** Who booked it, if one did. */
  operatorId: string | null;
  /** The name of that operator. */
  operatorName: string | null;
  /** The request that made it, if one did. */
  requestId: string | null;
}

/** One movement of credits, and what belongs with it. */
export interface OpsCreditEventDetail {
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
  /** Whose ledger it is in. */
  organizationId: string;
  /** Its place in the ledger, from 1 on, without gaps. */
  sequence: number;
  /** The part of `credits` that is of the allotment. */
  includedCredits: number;
  /** The part of `credits` that is prepaid. */
  prepaidCredits: number;
  /**
   * Which rule made it; null when somebody asked for it. Unlike `metadata.reason`, it cannot be
   * written by whoever moves credits.
   */
  rule:
    | "archive_lapse"
    | "archive_sweep"
    | "auto_refill"
    | "fictitious"
    | "period_allotment"
    | "period_lapse"
    | "subscription_raised"
    | (string & {})
    | null;
  /** The job that it is of, if it is of one. */
  job: LedgerJob | null;
  /** The transfer that it is a side of, if it is one. */
  transferId: string | null;
  /** The other side of that transfer. */
  counterpart: Counterpart | null;
  /** The key that asked for it, if one did. */
  apiKeyId: string | null;
  /** The name of that key. */
  apiKeyName: string | null;
  /** Who booked it, if one did. */
  operatorId: string | null;
  /** The name of that operator. */
  operatorName: string | null;
  /** The request that made it, if one did. */
  requestId: string | null;
  /**
   * The rows of its job, the other side of its transfer, and what was written in the same moment by
   * the same request or rule; oldest first, at most 100.
   */
  related: OpsCreditEvent[];
}

/** A job, who works on it, and why it failed. */
export interface OpsJob {
  /** Example: `job_01K0EJRPVYF888RF9FDTD4P705`. */
  id: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  /** Whose credits are reserved and charged; its project may have moved since. */
  walletOrganizationId: string;
  /** Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerId: string;
  env: "live" | "test" | (string & {});
  format:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {});
  status: "canceled" | "completed" | "failed" | "running" | (string & {});
  /** Example: `generating`. */
  stage: string;
  progress: number;
  /** How often a worker has taken it. */
  attempt: number;
  /** Who has it now, or had it last. */
  workerId: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  claimedAt: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  leaseUntil: string | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  cancelRequestedAt: string | null;
  reservedCredits: number;
  creditsCharged: number;
  /** Of what was charged. */
  creditsRefunded: number;
  /** Why the last try failed, also if others follow. */
  lastError: JobError | null;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  expiresAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  finishedAt: string | null;
}

/** A leased account, with its organization and pool account. */
export interface OpsLease {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string | null;
}

/** A lease request, with its organization and what the partner wrote to the operator. */
export interface OpsLeaseRequest {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** What the partner wrote with it. */
  partnerNote: string | null;
}

/** An organization with what only the operator decides. */
export interface OpsOrganization {
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
  /** Null for a child: it has its partner's. */
  rateLimitTier: "internal" | "partner" | "pilot" | "sandbox" | "standard" | (string & {}) | null;
  /** Null for a child: it has its partner's. */
  formatPrices: FormatEstimates | null;
}

/** How many keys an organization has, of one environment. */
export interface OrganizationKeys {
  /** That work: neither deleted nor killed. */
  active: number;
  /** That were killed and not deleted. */
  killed: number;
  /** Keys of its children that work. They stop when it is suspended. */
  activeOfChildren: number;
}

/** How much an organization has of what. */
export interface OrganizationCounts {
  children: number;
  projects: number;
  /** Assigned now. */
  leasedAccounts: number;
  /** Of them, those that could not be paid. */
  pastDueLeases: number;
  /** That have no answer yet. */
  openLeaseRequests: number;
  runningJobs: number;
}

/** An organization with its wallets and counts. */
export interface OpsOrganizationDetail {
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
  /** Null for a child: it has its partner's. */
  rateLimitTier: "internal" | "partner" | "pilot" | "sandbox" | "standard" | (string & {}) | null;
  /** Null for a child: it has its partner's. */
  formatPrices: FormatEstimates | null;
  /** How far a child may spend, and how it refills. Null for a partner. */
  creditConfig: CreditConfig | null;
  apiKeys: OrganizationKeys;
  /**
   * What its subscription grants in a period while billing is active. The running period may have
   * had more, and what was carried over.
   */
  includedCredits: number;
  credits: Credits;
  /** Null for a child: its partner pays. */
  cashBalanceCents: number | null;
  counts: OrganizationCounts;
}

/** A webhook endpoint, whose it is, and what waits to be sent to it. */
export interface OpsWebhookEndpoint {
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
  env: "live" | "test" | (string & {});
  /** Example: `Corner Coffee`. */
  organizationName: string;
  /** Its own, or its partner's if that is not active. Nothing is sent while it is not. */
  organizationStatus: "active" | "archived" | "suspended" | (string & {});
  /** Why the server paused it: `failures`, 20 in a row, or `gone`, it answered 410. */
  pausedReason: "failures" | "gone" | (string & {}) | null;
  /** When the first of those failures was. */
  failingSince: string | null;
  /** Of more than 1,000, so many are counted. */
  waitingDeliveries: number;
  /** When the oldest of those was created. */
  oldestWaitingAt: string | null;
  /** Of the last attempt, while the endpoint fails. */
  lastError: EndpointError | null;
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

/**
 * What the leases of a partner and its children will cost its cash wallet, and whether it reaches.
 */
export interface PartnerCover {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  name: string;
  balanceCents: number;
  /** Months that have begun and are not paid. */
  owedCents: number;
  /** What is to be paid to the end of the last day, with that. */
  totalCents: number;
  /** What has to be paid in for it; 0: the cash wallet covers it. */
  shortfallCents: number;
  /** The first day that it does not cover; null: none. */
  firstShortDay: string | null;
}

/** What falls due on a day of one partner's leases. */
export interface PartnerDay {
  /** A day in UTC. */
  date: string;
  count: number;
  totalCents: number;
  /**
   * What has to be paid in by then for everything that has begun when the day ends; 0: the cash
   * wallet covers it.
   */
  shortfallCents: number;
}

/** What falls due of one partner's leases, day by day. */
export interface PartnerDays {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  name: string;
  balanceCents: number;
  /** Months that have begun before the first day and are not paid. */
  owedCount: number;
  owedCents: number;
  /** Those on which something falls due, in their order. */
  days: PartnerDay[];
}

/** What sweeps would do with a partner's leases. */
export interface PartnerDryRun {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  name: string;
  monthsPaid: number;
  paidCents: number;
  /** Leases that would become past due. */
  pastDue: number;
  /** Leases tried again without success. */
  stillPastDue: number;
  /** Leases whose last attempt would fail. */
  ended: number;
  leases: DryRunLease[];
}

/** A partner with leases that are past due, those of its children included. */
export interface PartnerPastDue {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  name: string;
  /** Leases that are past due. */
  leases: number;
  /** Of them, those that end within 24 hours unless they are paid. */
  endingWithinDay: number;
  /** What a month of them costs together. */
  monthlyCents: number;
  /** When the first of them is tried for the last time, and else ends. */
  firstEndsAt: string;
}

/** What the leases of a partner will cost its cash wallet. */
export interface PartnerRenewals {
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** Example: `Corner Coffee`. */
  name: string;
  /** Example: `2026-04-20T16:12:02Z`. */
  until: string;
  /** Months to pay, including those past due. */
  count: number;
  /** What they cost. */
  totalCents: number;
  /** Of them, those that have begun. */
  pastDueCount: number;
  pastDueCents: number;
  balanceCents: number;
  /** What has to be paid in so that all are paid for. */
  shortfallCents: number;
  /** Up to and including this instant everything is paid for. */
  coveredUntil: string;
}

/** What a test sends: the payload that it was given, whatever that is, or this. */
export interface PingData {
  /** A greeting. */
  message?: string;
}

/** An account of the pool. */
export interface PoolAccount {
  /** Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  platform: "tiktok" | (string & {});
  /** Example: `coffee.reviews.daily`. */
  handle: string;
  followers: number;
  /** Example: `food_and_drink`. */
  vertical: string;
  /** Example: `en`. */
  language: string;
  geo: string[];
  monthlyPriceCents: number;
  avatarUrl: string | null;
  status: "available" | "leased" | "retired" | (string & {});
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  updatedAt: string;
  /** The lease that has it, while it is leased. */
  socialAccountId: string | null;
}

/** The result of an import. */
export interface PoolImport {
  /** Without the header and empty lines. */
  lines: number;
  added: number;
  /** Lines with a problem. */
  rejected: number;
  /** The first 1,000 of them. */
  errors: ImportProblem[];
}

/** A posting, and the wallet after it. */
export interface PostedCash {
  event: CashEvent;
  /** In US cents. */
  balance: number;
  /** The same: nothing reserves cash. */
  available: number;
}

/** A posting, and the wallet after it. */
export interface PostedCredits {
  event: CreditEvent;
  balance: number;
  available: number;
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

/** A lease request with the names of what it is for, and what its partner can pay with. */
export interface QueuedLeaseRequest {
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
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string;
  /** What the partner wrote with it. */
  partnerNote: string | null;
  /** Example: `Corner Coffee`. */
  organizationName: string;
  projectName: string;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  partnerId: string;
  partnerName: string;
  /** Of the partner; null if it has no cash wallet. */
  cashBalanceCents: number | null;
  /** When it was assigned or rejected. */
  answeredAt: string | null;
}

/** What is being sent again. */
export interface Recovered {
  /** Deliveries that are due now: new ones, and retries. */
  deliveries: number;
  /** There is more than one request recovers. Ask again, for the rest. */
  hasMore: boolean;
}

/** What falls due on a day, of all partners or of one. */
export interface RenewalDay {
  /** A day in UTC. */
  date: string;
  /** Months of leases that begin on it. */
  count: number;
  /** What they cost. */
  totalCents: number;
  /** Whose leases these are. */
  partners: number;
  /** Partners whose cash does not reach to the end of the day. */
  shortPartners: number;
  /** What these have to pay in for everything that has begun by then, what is past due included. */
  shortfallCents: number;
}

/** What renewals will cost all partners, and whose cash does not reach. */
export interface RenewalsCover {
  /** A day in UTC. */
  lastDay: string;
  /** Those with assigned leases. */
  partners: number;
  /** What they have to pay. */
  totalCents: number;
  /** Those whose cash does not reach. */
  shortPartners: number;
  /** What these have to pay in. */
  shortfallCents: number;
  /**
   * Those whose cash does not reach, the first to run out first; then the others, those with the
   * least left first.
   */
  items: PartnerCover[];
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

/** A thing that was found, and whose it is. */
export interface SearchHit {
  /** `request`: one to this API; see the audit log. */
  kind:
    | "api_key"
    | "container"
    | "event"
    | "job"
    | "lease_request"
    | "operator"
    | "organization"
    | "pool_account"
    | "project"
    | "request"
    | "social_account"
    | "transfer"
    | "webhook_delivery"
    | "webhook_endpoint"
    | (string & {});
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** What it is called, or what it is about. */
  name: string | null;
  /** Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  organizationId: string | null;
  /** Example: `Corner Coffee`. */
  organizationName: string | null;
  /** Of a child its partner, of a container its job, of a delivery its endpoint. */
  partOf: string | null;
  /** Whether this is what was asked for, and does not only begin with it. */
  exact: boolean;
}

/** What was found, the exact hits first. */
export interface SearchHits {
  items: SearchHit[];
}

/** A browser in which an operator is signed in to the console. */
export interface Session {
  /** Example: `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  id: string;
  /** Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  operatorId: string;
  operatorName: string;
  /**
   * `active`: good now. `ended`: signed out, or ended here. `expired`: its time is up. `revoked`:
   * the token that opened it was replaced, has expired or was revoked.
   */
  status: "active" | "ended" | "expired" | "revoked" | (string & {});
  /** Whether it is the one that asks. */
  current: boolean;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  createdAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  expiresAt: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  endedAt: string | null;
  /** From where it was opened: an IPv4 address, an IPv6 network, or the proxy in front. */
  address: string;
  /** What the browser calls itself. */
  userAgent: string;
}

/** The period that is running. */
export interface SubscriptionPeriod {
  /** Example: `2026-06-01T00:00:00.000Z`. */
  start: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  end: string;
}

/** The subscription of an organization. */
export interface Subscription {
  /** What was bought. */
  tier: "enterprise" | "free" | "pro" | "scale" | "starter" | (string & {});
  includedCredits: number;
  /** Only `active` gets the allotment of each period. */
  billingStatus: "active" | "canceled" | "past_due" | (string & {});
  /** Example: `2026-06-01T00:00:00.000Z`. */
  startedAt: string;
  currentPeriod: SubscriptionPeriod;
}

/** A subscription as it is now, and the wallet after what it granted. */
export interface SetSubscription {
  subscription: Subscription;
  balance: number;
  available: number;
}

/** A link that opens one session of the operator who asked for it. */
export interface SignInLink {
  /** On this server, like the address of an asset. Whoever opens it first is signed in. */
  url: string;
  /** Example: `2026-06-01T00:00:00.000Z`. */
  expiresAt: string;
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

/** A file as it was stored. */
export interface UploadedFile {
  /** As in the address. */
  name: string;
  /** How many bytes came. */
  sizeBytes: number;
  /** Their SHA-256, in hexadecimal digits. */
  sha256: string;
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
