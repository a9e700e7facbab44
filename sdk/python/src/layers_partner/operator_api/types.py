# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""Objects of the operator's API, as they are on the wire."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class AccountEvent(TypedDict):
    """One thing that happened to a pool account."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: str
    """Example: `leased_account.priced`."""
    occurredAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    actor: Literal["operator", "partner_api", "system"] | str
    operator: str | None
    """The name of the operator who did it."""
    requestId: str | None
    """As in `X-Request-Id` of its answer."""
    data: dict[str, Any]
    """What was done, and to what."""


class AccountLease(TypedDict):
    """A lease that a pool account has or had."""

    socialAccountId: str
    """This lease's own, never used for another."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    handle: str
    """Example: `coffee.reviews.daily`."""
    platform: str
    """Example: `tiktok`."""
    followers: int
    status: Literal["assigned", "disconnected"] | str
    assignedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    nextRenewalAt: str | None
    """When the next month begins and is charged; null once disconnected."""
    monthlyPriceCents: int
    """Debited from the partner's cash wallet on `nextRenewalAt`."""
    billingStatus: Literal["current", "past_due"] | str
    """`past_due` while a month that has begun could not be paid."""
    pastDueSince: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedAt: NotRequired[str]
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedReason: NotRequired[
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
    ]
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    poolAccountId: str | None
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerId: str
    """Whose cash wallet pays: the organization or its parent."""
    partnerName: str
    organizationName: str
    """Example: `Corner Coffee`."""
    projectName: str
    paidThrough: str | None
    """When the first month begins that is not paid; null once it is over."""
    nextAttemptAt: str | None
    """When it is tried again, of one that is past due."""
    lastAttemptAt: str | None
    """When one that is past due is tried for the last time, and else ends."""
    monthsPaid: int
    paidCents: int
    """What its months were charged."""
    refundedCents: int
    """What of that was given back."""
    releaseNote: str | None
    """What was said when it was released or recalled."""


class ApiKey(TypedDict):
    """An API key, without its secret."""

    id: str
    """Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Backend`."""
    prefix: str
    """The part of the key that may be shown and logged."""
    env: Literal["live", "test"] | str
    scopes: list[str]
    rateLimitTier: Literal["internal", "partner", "pilot", "sandbox", "standard"] | str
    status: Literal["active", "revoked"] | str
    """Revoked for good, or not."""
    killSwitch: bool
    """Killed: every request gets 503."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    lastUsedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    rotatedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    revokedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    graceUntil: str | None
    """How long a superseded key still works."""
    supersededBy: str | None
    """Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""


class ApiKeyKilledData(TypedDict):
    """A key that is refused from now on."""

    organizationId: str
    """To whom it happened."""
    apiKeyId: str
    """The key."""
    name: str
    """Its name."""
    prefix: str
    """What it begins with; safe to log."""


class ApiKeyKilledEvent(TypedDict):
    """An API key was killed."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["api_key.killed"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: ApiKeyKilledData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class ApiKeyWithSecret(TypedDict):
    """A new key. This is the only time that its secret is shown."""

    apiKey: ApiKey
    secret: str
    """The whole key, as a bearer token."""
    warning: str
    """Example: `Store the secret now. It is not shown again.`."""


class BookMismatch(TypedDict):
    """A rule that does not hold, and the two values that should agree."""

    rule: str
    """Example: `prepaid_balance`."""
    meaning: str | None
    """What has to be so, in words; null for a rule of another version."""
    organizationId: str | None
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    subject: str
    """What it is about."""
    expected: int | str
    found: int | str


class BooksCheck(TypedDict):
    """A finished check of the books."""

    startedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    finishedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    walletsChecked: int
    """Credit and cash wallets."""
    eventsChecked: int
    """Credit and cash events."""
    mismatches: list[BookMismatch]
    """Empty when the books agree; else the first ones."""
    mismatchesFound: int
    """All of them."""


class Reason(TypedDict):
    """One criterion, and the points that a candidate has for it."""

    criterion: Literal["followers", "geo", "language", "vertical"] | str
    points: int
    of: int
    """The most that there are for it."""
    text: str
    """Example: `reaches GB, US of CA, GB, US`."""


class Candidate(TypedDict):
    """An available account, and how well it fits."""

    id: str
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    platform: Literal["tiktok"] | str
    handle: str
    """Example: `coffee.reviews.daily`."""
    followers: int
    vertical: str
    """Example: `food_and_drink`."""
    language: str
    """Example: `en`."""
    geo: list[str]
    monthlyPriceCents: int
    avatarUrl: str | None
    status: Literal["available", "leased", "retired"] | str
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    updatedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    socialAccountId: str | None
    """The lease that has it, while it is leased."""
    score: int
    """The points of the reasons together."""
    reasons: list[Reason]


class CashEvent(TypedDict):
    """One movement of cash, in US cents. The events of a wallet sum to its balance."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str
    amountCents: int
    """What came, or went when negative."""
    balanceAfterCents: int
    socialAccountId: str | None
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """For whom: the partner, or the child that leases."""
    periodStart: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    periodEnd: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    leaseMonth: int | None
    """0 is the first month of the lease."""
    description: str | None
    """Example: `Credits for June`."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    hash: str
    """SHA-256 of `previousHash` and of the content of this event."""
    previousHash: str
    """`hash` of the event before it; of the first, 64 zeros."""
    internalHash: str
    """Digest of what is recorded beside these fields: who asked, in which request."""


class UpcomingRenewals(TypedDict):
    """What the leases will take from the wallet, if none is added and none released."""

    days: int
    """How far this looks ahead."""
    count: int
    """Renewals in that time."""
    totalCents: int
    """What they cost."""
    nextRenewalAt: str | None
    """The first of them; null when no account is leased."""
    coveredUntil: str
    """Up to and including this instant every renewal is paid for, those that are past due as well; the
    end of the days when all are.
    """
    shortfallCents: int
    """What has to be paid in so that all are paid for, past due ones included."""


class CashWallet(TypedDict):
    """A partner's cash, from which its leases are paid."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    currency: Literal["USD"] | str
    balanceCents: int
    upcomingRenewals: UpcomingRenewals


class ClaimedJob(TypedDict):
    """A job that is the worker's now, until it ends it or is silent for too long."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    attempt: int
    """1, 2 or 3."""
    claimToken: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    containerId: str
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    inputs: dict[str, Any]
    """What the partner sent."""
    reservedCredits: int
    """The most that it can be charged."""
    leaseUntil: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class ClaimedJobs(TypedDict):
    """The jobs that were claimed; none when there are none."""

    items: list[ClaimedJob]


class ReportedAsset(TypedDict):
    """A file that was uploaded, and what it is."""

    kind: str
    """`slide`, `poster`, `video`, … A job of `auto` with a `video` became one. Example: `slide`."""
    name: str
    """At most 120 characters. Example: `slide-1.png`."""
    width: int
    """From 1 to 100,000."""
    height: int
    """From 1 to 100,000."""
    mimeType: str
    """Example: `image/png`."""
    sizeBytes: int
    """From 0 to 104,857,600."""
    sha256: str
    """Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`."""


class CompletionItem(TypedDict):
    """One finished job: what it cost, and what it made."""

    claimToken: str
    """Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    creditsCharged: int
    """What it cost, at most what was reserved."""
    assets: Sequence[ReportedAsset]
    """What it made. At most 200 of them."""
    jobId: str
    """`job_` and a ULID, or the bare ULID. Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""


class ErrorContent(TypedDict):
    """What went wrong, for programs (`code`, `details`) and for people (`message`)."""

    code: (
        Literal[
            "BILLING_EXHAUSTED",
            "CONFLICT",
            "FORBIDDEN_SCOPE",
            "IDEMPOTENCY_CONFLICT",
            "IDEMPOTENCY_IN_PROGRESS",
            "IDEMPOTENCY_REQUIRED",
            "INTERNAL",
            "KILL_SWITCH",
            "METHOD_NOT_ALLOWED",
            "NOT_FOUND",
            "PAYLOAD_TOO_LARGE",
            "RATE_LIMITED",
            "REQUEST_TIMEOUT",
            "UNAUTHENTICATED",
            "UNAVAILABLE",
            "VALIDATION",
        ]
        | str
    )
    message: str
    """Example: `There is nothing here that this key can see.`."""
    requestId: str
    """Example: `req_01K0EMRPVYF88W1S7F6X9MPQ0R`."""
    details: NotRequired[dict[str, Any]]


class ReportedEnd(TypedDict):
    """What became of a job: `running` when it will be tried again, `canceled` when it was."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    status: Literal["canceled", "completed", "failed", "running"] | str
    """Example: `completed`."""
    creditsCharged: int


class CompletionReport(TypedDict):
    """What the completion of one job is answered: `body`, or `error`."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    status: int
    """HTTP status: that of the answer to a request for this job alone."""
    replayed: bool
    """Whether the same was reported before; this is its answer again."""
    error: NotRequired[ErrorContent]
    """If it was refused. Nothing has changed, unless `details.outcome` is `unknown`."""
    body: NotRequired[ReportedEnd]
    """If `status` is 200."""


class CompletionReports(TypedDict):
    """The answer to each completion, in their order."""

    items: list[CompletionReport]


class ContentGeneratedData(TypedDict):
    """Content that is ready."""

    organizationId: str
    """To whom it happened."""
    jobId: str
    """The job that is over."""
    projectId: str
    """The project that it ran in."""
    containerId: str
    """Where its content is."""
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    """As it was asked for."""
    status: Literal["completed"] | str
    """What the job is now."""
    creditsCharged: int
    """What it cost. The rest of its reservation is free again."""


class ContentGeneratedEvent(TypedDict):
    """Content is ready."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["content.generated"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: ContentGeneratedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class Counterpart(TypedDict):
    """The other side of a transfer."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationName: str
    """Example: `Corner Coffee`."""
    sequence: int
    """Of its row in the ledger of that one."""


class CreditConfig(TypedDict):
    """How far a child may spend, and when its wallet fills itself from its partner's."""

    monthlyCreditCap: int | None
    """The most that may be used and reserved in a period; null is no cap."""
    refillThreshold: int | None
    """A start that would leave less than this available refills first."""
    refillAmount: int | None
    """How much a refill moves."""
    autoRefillEnabled: bool
    """Whether `refillThreshold` and `refillAmount` are both set."""


class CreditEvent(TypedDict):
    """One movement of credits. The events of a wallet sum to its balance."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    credits: int
    """What it added, or took when negative."""
    eventType: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
    format: str | None
    """Example: `video_remix`."""
    containerId: str | None
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    workflowId: str | None
    """The job."""
    balanceAfterPrepaid: int
    """The prepaid part after it."""
    balanceAfter: int
    """The whole balance after it."""
    usageAfterPeriod: int | None
    """Consumed in its period up to and with it."""
    description: str | None
    """Example: `Credits for June`."""
    metadata: dict[str, str]
    """`reason` says which rule made it, if a rule did."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    hash: str
    """SHA-256 of `previousHash` and of the content of this event."""
    previousHash: str
    """`hash` of the event before it; of the first, 64 zeros."""
    internalHash: str
    """Digest of what is recorded beside these fields: who asked, in which request."""


class CreditReservation(TypedDict):
    """Credits that a job holds until it ends."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    format: str
    """Example: `video_remix`."""
    stage: str
    """Of the job."""
    credits: int
    """What it holds."""
    reservedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    expiresAt: str
    """Then the job fails, and they are released."""


class CurrentPeriod(TypedDict):
    """The period that `includedRemaining` and `usedThisPeriod` belong to."""

    start: str
    """When it began, inclusive."""
    end: str
    """When the next one begins."""
    usedCredits: int
    """The same as `usedThisPeriod`."""


class FormatEstimates(TypedDict):
    """The most that one piece of content of each format can cost."""

    slideshow_builder: int
    slideshow_remix: int
    video_remix: int
    ugc_remix: int
    auto: int


class IngestCosts(TypedDict):
    """Whether reading a source costs credits. Nothing does."""

    github: bool
    website: bool
    appstore: bool


class Credits(TypedDict):
    """A wallet. Decide on `available` whether its organization may start new work."""

    organizationId: str
    """Whose wallet it is."""
    balance: int
    """The gross wallet: `includedRemaining` + `prepaidBalance`."""
    available: int
    """What new work may spend now: `balance` - `reservedCredits`."""
    includedRemaining: int
    """What is left of this period's allotment. It is spent before prepaid."""
    prepaidBalance: int
    """Bought, granted and allocated credits, less what was spent of them."""
    reservedCredits: int
    """Held for work in flight, until that settles or is released."""
    includedThisPeriod: int
    """The subscription's allotment for this period."""
    usedThisPeriod: int
    """Consumed since `currentPeriod.start`, included and prepaid."""
    currentPeriod: CurrentPeriod
    subscriptionTier: Literal["enterprise", "free", "pro", "scale", "starter"] | str
    """`free` without a subscription."""
    billingStatus: Literal["active", "canceled", "past_due"] | str
    """Only `active` receives the next period's allotment."""
    estimatedCreditsPerFormat: FormatEstimates
    """Upper bounds, to show before a job is started. What it costs is decided when it has finished."""
    ingestCostsBilled: IngestCosts


class CreditsAllocatedData(TypedDict):
    """Credits that a child got from its partner."""

    organizationId: str
    """To whom it happened."""
    transferId: str
    """The transfer, as both ledgers name it."""
    credits: int
    """How many."""
    reason: Literal["allocation", "auto_refill"] | str
    """`auto_refill`: a job brought the wallet below its refill threshold."""
    description: str | None
    """What the allocation said of itself."""
    metadata: dict[str, str]
    """The allocation's own."""
    balance: int
    """The child's balance right after it."""
    available: int
    """What was available right after it."""


class CreditsAllocatedEvent(TypedDict):
    """Credits were allocated."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["credits.allocated"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: CreditsAllocatedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class CreditsLowData(TypedDict):
    """A wallet in which less is available than its refill threshold."""

    organizationId: str
    """To whom it happened."""
    available: int
    """What new work may spend."""
    balance: int
    """With what running jobs have reserved."""
    refillThreshold: int
    """What `available` fell below."""
    refillAmount: int | None
    """What the next start of a job refills, if the partner can spare it."""


class CreditsLowEvent(TypedDict):
    """Credits are low."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["credits.low"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: CreditsLowData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class DayTotals(TypedDict):
    """What the ledgers come to on a day, from midnight to midnight in UTC."""

    day: str
    """Example: `2026-06-01`."""
    isComplete: bool
    """Whether all rows of that day are counted. Today never is; an earlier day is a few minutes after
    its end, or later while no worker runs.
    """
    creditsUsed: int
    """What jobs were charged."""
    creditsRefunded: int
    """Of what jobs had been charged."""
    creditsPurchased: int
    cashPaidInCents: int
    """Top-ups."""
    cashChargedCents: int
    """What leases took, at assignment and at renewal."""
    cashRefundedCents: int
    """Of what leases had taken."""


class DeliveryAttempt(TypedDict):
    """What an attempt to send came to."""

    at: str
    """When it began."""
    durationMs: int
    """How long it took, in milliseconds."""
    status: int | None
    """HTTP status of the answer; null if there was none."""
    error: str | None
    """What went wrong, in a sentence."""
    body: str | None
    """The first 2 kB of the answer, read as UTF-8; what is none is shown as U+FFFD."""


class DryRunLease(TypedDict):
    """What would happen to a lease."""

    socialAccountId: str
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    outcome: Literal["ended", "paid", "past_due", "still_past_due"] | str
    """`paid`; `past_due`, which it is not yet; `still_past_due`: tried again without success; `ended`:
    its last attempt fails.
    """
    monthsPaid: int
    paidCents: int


class EndedSessions(TypedDict):
    """How many sessions were ended."""

    ended: int


class EndpointAutoPausedData(TypedDict):
    """A webhook endpoint to which nothing is sent any more."""

    organizationId: str
    """To whom it happened."""
    endpointId: str
    """The endpoint."""
    url: str
    """Where it sent to."""
    reason: Literal["failures", "gone"] | str
    """`failures`: too many attempts failed in a row; `gone`: it answered 410."""
    consecutiveFailureCount: int
    """How many attempts failed since the last success."""


class EndpointError(TypedDict):
    """How an attempt failed."""

    at: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    status: int | None
    """Of the answer; null if there was none."""
    message: str | None
    """What went wrong; never a secret."""


class FormatPrices(TypedDict):
    """Upper bounds of what one piece of content costs; what is left out stays as it is."""

    slideshow_builder: NotRequired[int]
    slideshow_remix: NotRequired[int]
    video_remix: NotRequired[int]
    ugc_remix: NotRequired[int]
    auto: NotRequired[int]


class FullCheck(TypedDict):
    """A full check of the books, without what it found."""

    id: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["finished", "requested"] | str
    """`requested` until a worker has done it; then it is `finished`."""
    requestedAt: str | None
    """When an operator asked for it; null once it is finished."""
    startedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    finishedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    walletsChecked: int
    """Credit and cash wallets."""
    eventsChecked: int
    """Credit and cash events."""
    mismatchesFound: int
    """0 when the books agree."""


class FullCheckDetail(TypedDict):
    """A full check of the books, and what it found."""

    id: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["finished", "requested"] | str
    """`requested` until a worker has done it; then it is `finished`."""
    requestedAt: str | None
    """When an operator asked for it; null once it is finished."""
    startedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    finishedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    walletsChecked: int
    """Credit and cash wallets."""
    eventsChecked: int
    """Credit and cash events."""
    mismatchesFound: int
    """0 when the books agree."""
    mismatches: list[BookMismatch]
    """Empty when the books agree; else the first ones."""


class HeartbeatAnswer(TypedDict):
    """How long the claim lasts now, and whether there is a reason to go on."""

    cancelRequested: bool
    """Stop, and report the job as failed: it ends as canceled."""
    leaseUntil: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class HeartbeatItem(TypedDict):
    """The heartbeat of one job; what is left out stays."""

    claimToken: str
    """Of the claim, as it was answered. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    stage: NotRequired[
        Literal["finalizing", "generating", "processing", "rendering", "uploading"] | str | None
    ]
    """What is being done, in this order; any of them may be left out. An earlier one than before
    changes nothing. In `finalizing` a job cannot be canceled any more. Example: `rendering`.
    """
    progress: NotRequired[float | None]
    """How much is done. From 0 to 1."""
    jobId: str
    """`job_` and a ULID, or the bare ULID. Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""


class HeartbeatReport(TypedDict):
    """What the heartbeat of one job is answered: `body`, or `error`."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    status: int
    """HTTP status: that of the answer to a request for this job alone."""
    replayed: bool
    """Whether the same was reported before; this is its answer again."""
    error: NotRequired[ErrorContent]
    """If it was refused. Nothing has changed, unless `details.outcome` is `unknown`."""
    body: NotRequired[HeartbeatAnswer]
    """If `status` is 200."""


class HeartbeatReports(TypedDict):
    """The answer to each heartbeat, in their order."""

    items: list[HeartbeatReport]


class ImportProblem(TypedDict):
    """Why a line was rejected."""

    line: int
    """Lines count from 1, the header of a CSV too."""
    message: str
    """Example: `geo: Expected countries of ISO 3166-1, such as US`."""


class InstallationClock(TypedDict):
    """The installation's time."""

    now: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    offsetSeconds: int
    """How far it is ahead of the real time."""


class JobActor(TypedDict):
    """Who did something to a job, and when."""

    at: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    actor: Literal["operator", "partner_api", "system"] | str
    """`system`: the server, when time was over."""
    operator: str | None
    """Its name, if it was an operator or a worker."""
    apiKeyId: str | None
    """Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    requestId: str | None
    """Example: `spring-campaign`."""


class JobCanceledData(TypedDict):
    """A job that was canceled."""

    organizationId: str
    """To whom it happened."""
    jobId: str
    """The job that is over."""
    projectId: str
    """The project that it ran in."""
    containerId: str
    """Where its content is."""
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    """As it was asked for."""
    status: Literal["canceled"] | str
    """What the job is now."""


class JobCanceledEvent(TypedDict):
    """A job was canceled."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["job.canceled"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: JobCanceledData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class JobCancellation(TypedDict):
    """Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker does."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    accepted: bool
    reason: NotRequired[Literal["ALREADY_CANCELED", "ALREADY_COMPLETED", "ALREADY_FAILED"] | str]
    """Why there is nothing to cancel."""


class JobCompletedData(TypedDict):
    """A job that was completed."""

    organizationId: str
    """To whom it happened."""
    jobId: str
    """The job that is over."""
    projectId: str
    """The project that it ran in."""
    containerId: str
    """Where its content is."""
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    """As it was asked for."""
    status: Literal["completed"] | str
    """What the job is now."""
    creditsCharged: int
    """What it cost. The rest of its reservation is free again."""


class JobCompletedEvent(TypedDict):
    """A job was completed."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["job.completed"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: JobCompletedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class JobFile(TypedDict):
    """A file that a job has made."""

    assetId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    kind: str
    """Example: `slide`."""
    name: str
    """Example: `Corner Coffee`."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    mimeType: str
    """Example: `image/png`."""
    sizeBytes: int
    sha256: str
    """Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`."""
    url: str
    """Where this server serves it for one hour, wherever it is kept."""


class JobContent(TypedDict):
    """What a job was given, and what it has made."""

    inputs: dict[str, Any]
    """What the partner sent."""
    assets: list[JobFile]
    """None before it is completed."""


class JobError(TypedDict):
    """Why a job failed: a code for programs, a message for people."""

    code: str
    """Example: `WORKER_LOST`."""
    message: str
    """Example: `The source video does not exist any more.`."""


class JobFailedData(TypedDict):
    """A job that failed."""

    organizationId: str
    """To whom it happened."""
    jobId: str
    """The job that is over."""
    projectId: str
    """The project that it ran in."""
    containerId: str
    """Where its content is."""
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    """As it was asked for."""
    status: Literal["failed"] | str
    """What the job is now."""
    error: JobError
    """Why it failed."""


class JobFailedEvent(TypedDict):
    """A job failed."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["job.failed"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: JobFailedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class JobTry(TypedDict):
    """One claim of a job: who took it, and how that ended."""

    attempt: int
    """1, 2 or 3."""
    workerId: str
    """Example: `worker-1`."""
    operator: str | None
    """The name of the token that it was taken with."""
    claimedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    endedAt: str | None
    """Null while the worker has it."""
    end: Literal["canceled", "completed", "failed", "requeued"] | str | None
    """`requeued`: the job waited for another worker."""
    code: str | None
    """Why it went wrong."""


class JobHistory(TypedDict):
    """What happened to a job. It comes from the audit log, so of a job older than 90 days it is empty."""

    started: JobActor | None
    cancelRequested: JobActor | None
    ended: JobActor | None
    tries: list[JobTry]
    """The first one first."""


class JobsSummary(TypedDict):
    """What waits for workers, what they have, and what was lost."""

    waiting: int
    """For a worker. 10,000 stands for so many or more."""
    oldestWaitingAt: str | None
    """When the one that waits longest was started; null when none waits."""
    running: int
    """With a worker. 10,000 stands for so many or more."""
    silent: int
    """Of those, whose worker is silent for too long: they are about to wait again."""
    lostWithinDay: int
    """Failed with `WORKER_LOST` in the last 24 hours. 10,000 stands for so many or more."""


class LeaseEvent(TypedDict):
    """One thing that happened to a lease."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: str
    """Example: `leased_account.priced`."""
    occurredAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    actor: Literal["operator", "partner_api", "system"] | str
    operator: str | None
    """The name of the operator who did it."""
    requestId: str | None
    """As in `X-Request-Id` of its answer."""
    data: dict[str, Any]
    """What was done, and to what."""


class LeaseMonth(TypedDict):
    """A month of a lease that was charged or tried."""

    leaseMonth: int
    """0 is the first."""
    periodStart: str
    """Example: `2026-04-20T16:12:02Z`."""
    periodEnd: str
    """Example: `2026-04-20T16:12:02Z`."""
    priceCents: int
    status: Literal["due", "paid", "uncollected"] | str
    """`due` while it could not be paid; `uncollected`: the lease ended so."""
    refundedCents: int
    settledAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    eventId: str | None
    """Of the cash event that paid it; null at price 0."""


class LeaseOfDay(TypedDict):
    """A lease of which a month begins on the day that was asked for."""

    socialAccountId: str
    """This lease's own, never used for another."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    handle: str
    """Example: `coffee.reviews.daily`."""
    platform: str
    """Example: `tiktok`."""
    followers: int
    status: Literal["assigned", "disconnected"] | str
    assignedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    nextRenewalAt: str | None
    """When the next month begins and is charged; null once disconnected."""
    monthlyPriceCents: int
    """Debited from the partner's cash wallet on `nextRenewalAt`."""
    billingStatus: Literal["current", "past_due"] | str
    """`past_due` while a month that has begun could not be paid."""
    pastDueSince: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedAt: NotRequired[str]
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedReason: NotRequired[
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
    ]
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    poolAccountId: str | None
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerId: str
    """Whose cash wallet pays: the organization or its parent."""
    partnerName: str
    organizationName: str
    """Example: `Corner Coffee`."""
    projectName: str
    paidThrough: str | None
    """When the first month begins that is not paid; null once it is over."""
    nextAttemptAt: str | None
    """When it is tried again, of one that is past due."""
    lastAttemptAt: str | None
    """When one that is past due is tried for the last time, and else ends."""
    dueAt: str
    """When that month begins and is charged."""


class LeaseRequestAssignedData(TypedDict):
    """A lease request that was answered with accounts."""

    organizationId: str
    """To whom it happened."""
    id: str
    """The request that was answered."""
    requestId: str
    """Your own name for it, else `id`."""
    projectId: str
    """The project that it is for."""
    socialAccountIds: list[str]
    """The accounts that were assigned."""
    note: str | None
    """What the operator says of it."""
    status: Literal["assigned", "partial"] | str
    """`partial`: with fewer accounts than were asked for."""


class LeaseRequestAssignedEvent(TypedDict):
    """A lease request was answered with accounts."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["lease_request.assigned"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: LeaseRequestAssignedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class LeaseRequestRejectedData(TypedDict):
    """A lease request that was rejected."""

    organizationId: str
    """To whom it happened."""
    id: str
    """The request that was answered."""
    requestId: str
    """Your own name for it, else `id`."""
    projectId: str
    """The project that it is for."""
    socialAccountIds: list[str]
    """The accounts that were assigned."""
    note: str | None
    """What the operator says of it."""
    status: Literal["rejected"] | str
    """What the request is now."""


class LeaseRequestRejectedEvent(TypedDict):
    """A lease request was rejected."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["lease_request.rejected"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: LeaseRequestRejectedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class LeaseWithPayments(TypedDict):
    """A lease with what it has brought."""

    socialAccountId: str
    """This lease's own, never used for another."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    handle: str
    """Example: `coffee.reviews.daily`."""
    platform: str
    """Example: `tiktok`."""
    followers: int
    status: Literal["assigned", "disconnected"] | str
    assignedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    nextRenewalAt: str | None
    """When the next month begins and is charged; null once disconnected."""
    monthlyPriceCents: int
    """Debited from the partner's cash wallet on `nextRenewalAt`."""
    billingStatus: Literal["current", "past_due"] | str
    """`past_due` while a month that has begun could not be paid."""
    pastDueSince: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedAt: NotRequired[str]
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedReason: NotRequired[
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
    ]
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    poolAccountId: str | None
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerId: str
    """Whose cash wallet pays: the organization or its parent."""
    partnerName: str
    organizationName: str
    """Example: `Corner Coffee`."""
    projectName: str
    paidThrough: str | None
    """When the first month begins that is not paid; null once it is over."""
    nextAttemptAt: str | None
    """When it is tried again, of one that is past due."""
    lastAttemptAt: str | None
    """When one that is past due is tried for the last time, and else ends."""
    monthsPaid: int
    paidCents: int
    """What its months were charged."""
    refundedCents: int
    """What of that was given back."""
    releaseNote: str | None
    """What was said when it was released or recalled."""


class LeasedAccountDisconnectedData(TypedDict):
    """A leased account that is no longer the project's."""

    organizationId: str
    """To whom it happened."""
    socialAccountId: str
    """The account."""
    projectId: str
    """The project that it is in."""
    disconnectedReason: (
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
    )
    """How the lease ended."""


class LeasedAccountDisconnectedEvent(TypedDict):
    """A leased account was disconnected."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["leased_account.disconnected"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: LeasedAccountDisconnectedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class LeasedAccountPastDueData(TypedDict):
    """A month of a leased account that could not be paid."""

    organizationId: str
    """To whom it happened."""
    socialAccountId: str
    """The account."""
    projectId: str
    """The project that it is in."""
    leaseMonth: int
    """Which month of the lease, counted from 0, the first."""
    amountCents: NotRequired[int]
    """What it costs."""


class LeasedAccountPastDueEvent(TypedDict):
    """A leased account could not be renewed."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["leased_account.past_due"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: LeasedAccountPastDueData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class LeasedAccountRenewedData(TypedDict):
    """A month of a leased account that was paid."""

    organizationId: str
    """To whom it happened."""
    socialAccountId: str
    """The account."""
    projectId: str
    """The project that it is in."""
    leaseMonth: int
    """Which month of the lease, counted from 0, the first."""
    amountCents: int
    """What the partner's cash wallet paid."""


class LeasedAccountRenewedEvent(TypedDict):
    """A leased account was renewed."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["leased_account.renewed"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: LeasedAccountRenewedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class LedgerJob(TypedDict):
    """The job that a row is of, as it is now; `workflowId` of the row is its id."""

    status: Literal["canceled", "completed", "failed", "running"] | str
    reservedCredits: int
    """What it held until it ended."""
    chargedCredits: int
    """What it was charged when it ended."""
    refundedCredits: int
    """What of that has been given back; more than that cannot be."""


class LedgerLease(TypedDict):
    """The lease whose month a row is of, as it is now."""

    handle: str
    """Example: `coffee.reviews.daily`."""
    poolAccountId: str | None
    """Null in the test environment."""
    status: Literal["assigned", "disconnected"] | str
    disconnectedReason: (
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
        | None
    )
    chargedCents: int
    """What this month was charged."""
    refundedCents: int
    """What of that has been given back; more than that cannot be."""


class ListedLease(TypedDict):
    """A lease with whose it is, and what happens next."""

    socialAccountId: str
    """This lease's own, never used for another."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    handle: str
    """Example: `coffee.reviews.daily`."""
    platform: str
    """Example: `tiktok`."""
    followers: int
    status: Literal["assigned", "disconnected"] | str
    assignedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    nextRenewalAt: str | None
    """When the next month begins and is charged; null once disconnected."""
    monthlyPriceCents: int
    """Debited from the partner's cash wallet on `nextRenewalAt`."""
    billingStatus: Literal["current", "past_due"] | str
    """`past_due` while a month that has begun could not be paid."""
    pastDueSince: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedAt: NotRequired[str]
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedReason: NotRequired[
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
    ]
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    poolAccountId: str | None
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerId: str
    """Whose cash wallet pays: the organization or its parent."""
    partnerName: str
    organizationName: str
    """Example: `Corner Coffee`."""
    projectName: str
    paidThrough: str | None
    """When the first month begins that is not paid; null once it is over."""
    nextAttemptAt: str | None
    """When it is tried again, of one that is past due."""
    lastAttemptAt: str | None
    """When one that is past due is tried for the last time, and else ends."""


class Niche(TypedDict):
    """What the accounts should be about, and for whom."""

    vertical: str
    """What it posts about."""
    audience: str | None
    language: str | None
    """BCP 47 language tag, of registered parts."""
    geo: list[str]
    """Example: `GB`."""


class RequestAge(TypedDict):
    """Open requests of about one age."""

    fromHours: int
    """Submitted at least so long ago."""
    toHours: int | None
    """And less long ago than this; null: any."""
    count: int


class OpenRequests(TypedDict):
    """The lease requests that nobody has answered."""

    count: int
    accounts: int
    """What they ask for together."""
    oldestSubmittedAt: str | None
    """Null when there is none."""
    byAge: list[RequestAge]
    """The youngest first, all ages."""


class Operator(TypedDict):
    """An operator, without the token."""

    id: str
    """Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Robin`."""
    role: Literal["admin", "finance", "operator", "viewer", "worker"] | str
    prefix: str
    """The part of the token that may be shown."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    expiresAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    rotatedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    revokedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""


class OperatorWithToken(TypedDict):
    """An operator with a new token, which is shown this once."""

    operator: Operator
    secret: str
    """The whole token, as a bearer token."""
    warning: str
    """Example: `Store the secret now. It is not shown again.`."""


class OpsAuditEvent(TypedDict):
    """One thing that was done or refused, by whomever."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: str
    """Example: `organization.suspended`."""
    occurredAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    requestId: str | None
    """As in `X-Request-Id` of its answer."""
    organizationId: str | None
    """Who acted, or was acted on; null for what concerns the installation."""
    organizationName: str | None
    """Example: `Corner Coffee`."""
    env: Literal["live", "test"] | str | None
    """The environment; null for what concerns the installation."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    apiKeyId: str | None
    """Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    actor: Literal["operator", "partner_api", "system"] | str
    data: dict[str, Any]
    """What was acted on; in `operator` the name of the operator who did it."""


class OpsCashEvent(TypedDict):
    """A movement of cash as the partner sees it, with what it came from and who made it."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str
    amountCents: int
    """What came, or went when negative."""
    balanceAfterCents: int
    socialAccountId: str | None
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """For whom: the partner, or the child that leases."""
    periodStart: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    periodEnd: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    leaseMonth: int | None
    """0 is the first month of the lease."""
    description: str | None
    """Example: `Credits for June`."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    hash: str
    """SHA-256 of `previousHash` and of the content of this event."""
    previousHash: str
    """`hash` of the event before it; of the first, 64 zeros."""
    internalHash: str
    """Digest of what is recorded beside these fields: who asked, in which request."""
    sequence: int
    """Its place in the ledger, from 1 on, without gaps."""
    organizationName: str
    """Of the organization that it was for, as it is called now."""
    lease: LedgerLease | None
    """The lease that it is of, if it is."""
    reference: str | None
    """Of the payment. The partner does not see it."""
    operatorId: str | None
    """Who booked it, if one did."""
    operatorName: str | None
    """The name of that operator."""
    requestId: str | None
    """The request that made it, if one did."""


class SettledMonth(TypedDict):
    """A month of a lease that has begun, and how it was settled."""

    leaseMonth: int
    """0 is the first month."""
    periodStart: str
    """Example: `2026-04-20T16:12:02Z`."""
    periodEnd: str
    """Example: `2026-04-20T16:12:02Z`."""
    priceCents: int
    status: Literal["due", "paid", "uncollected"] | str
    """`due` has not been paid yet; `uncollected` never will be."""
    refundedCents: int
    sequence: int | None
    """Of the row that charged it; null without one."""
    settledAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""


class OpsCashEventDetail(TypedDict):
    """One movement of cash, and what belongs with it."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: Literal["adjustment", "lease_charge", "lease_renewal", "refund", "topup"] | str
    amountCents: int
    """What came, or went when negative."""
    balanceAfterCents: int
    socialAccountId: str | None
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """For whom: the partner, or the child that leases."""
    periodStart: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    periodEnd: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    leaseMonth: int | None
    """0 is the first month of the lease."""
    description: str | None
    """Example: `Credits for June`."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    hash: str
    """SHA-256 of `previousHash` and of the content of this event."""
    previousHash: str
    """`hash` of the event before it; of the first, 64 zeros."""
    internalHash: str
    """Digest of what is recorded beside these fields: who asked, in which request."""
    sequence: int
    """Its place in the ledger, from 1 on, without gaps."""
    organizationName: str
    """Of the organization that it was for, as it is called now."""
    lease: LedgerLease | None
    """The lease that it is of, if it is."""
    reference: str | None
    """Of the payment. The partner does not see it."""
    operatorId: str | None
    """Who booked it, if one did."""
    operatorName: str | None
    """The name of that operator."""
    requestId: str | None
    """The request that made it, if one did."""
    leaseRequestId: str | None
    """The request that its lease was assigned for, if it was for one."""
    leaseMonths: list[SettledMonth]
    """The months of its lease that have begun, newest first, at most 100."""
    related: list[OpsCashEvent]
    """The other rows of its lease, those of the same request, and of a payment the renewals that it
    paid; oldest first, at most 100.
    """


class OpsCreditEvent(TypedDict):
    """A movement of credits as its partner sees it, with what it came from and who made it."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    credits: int
    """What it added, or took when negative."""
    eventType: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
    format: str | None
    """Example: `video_remix`."""
    containerId: str | None
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    workflowId: str | None
    """The job."""
    balanceAfterPrepaid: int
    """The prepaid part after it."""
    balanceAfter: int
    """The whole balance after it."""
    usageAfterPeriod: int | None
    """Consumed in its period up to and with it."""
    description: str | None
    """Example: `Credits for June`."""
    metadata: dict[str, str]
    """`reason` says which rule made it, if a rule did."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    hash: str
    """SHA-256 of `previousHash` and of the content of this event."""
    previousHash: str
    """`hash` of the event before it; of the first, 64 zeros."""
    internalHash: str
    """Digest of what is recorded beside these fields: who asked, in which request."""
    organizationId: str
    """Whose ledger it is in."""
    sequence: int
    """Its place in the ledger, from 1 on, without gaps."""
    includedCredits: int
    """The part of `credits` that is of the allotment."""
    prepaidCredits: int
    """The part of `credits` that is prepaid."""
    rule: (
        Literal[
            "archive_lapse",
            "archive_sweep",
            "auto_refill",
            "fictitious",
            "period_allotment",
            "period_lapse",
            "subscription_raised",
        ]
        | str
        | None
    )
    """Which rule made it; null when somebody asked for it. Unlike `metadata.reason`, it cannot be
    written by whoever moves credits.
    """
    job: LedgerJob | None
    """The job that it is of, if it is of one."""
    transferId: str | None
    """The transfer that it is a side of, if it is one."""
    counterpart: Counterpart | None
    """The other side of that transfer."""
    apiKeyId: str | None
    """The key that asked for it, if one did."""
    apiKeyName: str | None
    """The name of that key."""
    operatorId: str | None
    """Who booked it, if one did."""
    operatorName: str | None
    """The name of that operator."""
    requestId: str | None
    """The request that made it, if one did."""


class OpsCreditEventDetail(TypedDict):
    """One movement of credits, and what belongs with it."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    credits: int
    """What it added, or took when negative."""
    eventType: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
    format: str | None
    """Example: `video_remix`."""
    containerId: str | None
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    workflowId: str | None
    """The job."""
    balanceAfterPrepaid: int
    """The prepaid part after it."""
    balanceAfter: int
    """The whole balance after it."""
    usageAfterPeriod: int | None
    """Consumed in its period up to and with it."""
    description: str | None
    """Example: `Credits for June`."""
    metadata: dict[str, str]
    """`reason` says which rule made it, if a rule did."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    hash: str
    """SHA-256 of `previousHash` and of the content of this event."""
    previousHash: str
    """`hash` of the event before it; of the first, 64 zeros."""
    internalHash: str
    """Digest of what is recorded beside these fields: who asked, in which request."""
    organizationId: str
    """Whose ledger it is in."""
    sequence: int
    """Its place in the ledger, from 1 on, without gaps."""
    includedCredits: int
    """The part of `credits` that is of the allotment."""
    prepaidCredits: int
    """The part of `credits` that is prepaid."""
    rule: (
        Literal[
            "archive_lapse",
            "archive_sweep",
            "auto_refill",
            "fictitious",
            "period_allotment",
            "period_lapse",
            "subscription_raised",
        ]
        | str
        | None
    )
    """Which rule made it; null when somebody asked for it. Unlike `metadata.reason`, it cannot be
    written by whoever moves credits.
    """
    job: LedgerJob | None
    """The job that it is of, if it is of one."""
    transferId: str | None
    """The transfer that it is a side of, if it is one."""
    counterpart: Counterpart | None
    """The other side of that transfer."""
    apiKeyId: str | None
    """The key that asked for it, if one did."""
    apiKeyName: str | None
    """The name of that key."""
    operatorId: str | None
    """Who booked it, if one did."""
    operatorName: str | None
    """The name of that operator."""
    requestId: str | None
    """The request that made it, if one did."""
    related: list[OpsCreditEvent]
    """The rows of its job, the other side of its transfer, and what was written in the same moment by
    the same request or rule; oldest first, at most 100.
    """


class OpsJob(TypedDict):
    """A job, who works on it, and why it failed."""

    id: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationName: str
    """Example: `Corner Coffee`."""
    walletOrganizationId: str
    """Whose credits are reserved and charged; its project may have moved since."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    containerId: str
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    env: Literal["live", "test"] | str
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    status: Literal["canceled", "completed", "failed", "running"] | str
    stage: str
    """Example: `generating`."""
    progress: float
    attempt: int
    """How often a worker has taken it."""
    workerId: str | None
    """Who has it now, or had it last."""
    claimedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    leaseUntil: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    cancelRequestedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    reservedCredits: int
    creditsCharged: int
    creditsRefunded: int
    """Of what was charged."""
    lastError: JobError | None
    """Why the last try failed, also if others follow."""
    startedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    expiresAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    finishedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""


class OpsLease(TypedDict):
    """A leased account, with its organization and pool account."""

    socialAccountId: str
    """This lease's own, never used for another."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    handle: str
    """Example: `coffee.reviews.daily`."""
    platform: str
    """Example: `tiktok`."""
    followers: int
    status: Literal["assigned", "disconnected"] | str
    assignedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    nextRenewalAt: str | None
    """When the next month begins and is charged; null once disconnected."""
    monthlyPriceCents: int
    """Debited from the partner's cash wallet on `nextRenewalAt`."""
    billingStatus: Literal["current", "past_due"] | str
    """`past_due` while a month that has begun could not be paid."""
    pastDueSince: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedAt: NotRequired[str]
    """Example: `2026-04-20T16:12:02Z`."""
    disconnectedReason: NotRequired[
        Literal[
            "organization_archived", "payment_failed", "recalled_by_operator", "released_by_partner"
        ]
        | str
    ]
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    poolAccountId: str | None
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""


class OpsLeaseRequest(TypedDict):
    """A lease request, with its organization and what the partner wrote to the operator."""

    id: str
    """Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`."""
    requestId: str
    """Your own name for it, else `id`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["assigned", "partial", "rejected", "requested"] | str
    """`partial`: fewer accounts than asked for. All but `requested` are final."""
    count: int
    niche: Niche
    target: str | None
    """Example: `Accounts that review cafés`."""
    note: str | None
    """The operator's answer."""
    submittedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    assignedAt: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    assignedSocialAccountIds: list[str]
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerNote: str | None
    """What the partner wrote with it."""


class OpsOrganization(TypedDict):
    """An organization with what only the operator decides."""

    id: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    parentOrganizationId: str | None
    """Null for a partner."""
    name: str
    """Example: `Corner Coffee`."""
    status: Literal["active", "archived", "suspended"] | str
    metadata: dict[str, str]
    """Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all."""
    billingEmail: str | None
    """Example: `billing@example.com`."""
    archivedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    updatedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    rateLimitTier: Literal["internal", "partner", "pilot", "sandbox", "standard"] | str | None
    """Null for a child: it has its partner's."""
    formatPrices: FormatEstimates | None
    """Null for a child: it has its partner's."""


class OrganizationKeys(TypedDict):
    """How many keys an organization has, of one environment."""

    active: int
    """That work: neither deleted nor killed."""
    killed: int
    """That were killed and not deleted."""
    activeOfChildren: int
    """Keys of its children that work. They stop when it is suspended."""


class OrganizationCounts(TypedDict):
    """How much an organization has of what."""

    children: int
    projects: int
    leasedAccounts: int
    """Assigned now."""
    pastDueLeases: int
    """Of them, those that could not be paid."""
    openLeaseRequests: int
    """That have no answer yet."""
    runningJobs: int


class OpsOrganizationDetail(TypedDict):
    """An organization with its wallets and counts."""

    id: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    parentOrganizationId: str | None
    """Null for a partner."""
    name: str
    """Example: `Corner Coffee`."""
    status: Literal["active", "archived", "suspended"] | str
    metadata: dict[str, str]
    """Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all."""
    billingEmail: str | None
    """Example: `billing@example.com`."""
    archivedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    updatedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    rateLimitTier: Literal["internal", "partner", "pilot", "sandbox", "standard"] | str | None
    """Null for a child: it has its partner's."""
    formatPrices: FormatEstimates | None
    """Null for a child: it has its partner's."""
    creditConfig: CreditConfig | None
    """How far a child may spend, and how it refills. Null for a partner."""
    apiKeys: OrganizationKeys
    includedCredits: int
    """What its subscription grants in a period while billing is active. The running period may have
    had more, and what was carried over.
    """
    credits: Credits
    cashBalanceCents: int | None
    """Null for a child: its partner pays."""
    counts: OrganizationCounts


class OpsWebhookEndpoint(TypedDict):
    """A webhook endpoint, whose it is, and what waits to be sent to it."""

    id: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str | None
    """Null: events of all projects, and of none."""
    url: str
    """Where events are sent: `https`, port 443 or 8443, an address that is routable from anywhere. In
    development mode also `http` to this machine.
    """
    description: str | None
    """Example: `Credits for June`."""
    status: Literal["active", "auto_paused", "paused"] | str
    """`auto_paused`: the server gave it up, after failures or because it answered 410."""
    events: list[str]
    """Types of events that are sent; `["*"]` for all."""
    scope: Literal["all_children", "own"] | str
    """`all_children`: events of each of your children too; only a key with `org:admin` may choose
    that, and change such an endpoint or read its deliveries.
    """
    apiVersion: Literal["v1"] | str
    """The version of the API that events are written in."""
    metadata: dict[str, str]
    """Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    updatedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    lastSuccessAt: str | None
    """Of an attempt to send; null before the first."""
    lastFailureAt: str | None
    """Of an attempt to send; null before the first."""
    consecutiveFailureCount: int
    """Attempts that failed since the last success."""
    env: Literal["live", "test"] | str
    organizationName: str
    """Example: `Corner Coffee`."""
    organizationStatus: Literal["active", "archived", "suspended"] | str
    """Its own, or its partner's if that is not active. Nothing is sent while it is not."""
    pausedReason: Literal["failures", "gone"] | str | None
    """Why the server paused it: `failures`, 20 in a row, or `gone`, it answered 410."""
    failingSince: str | None
    """When the first of those failures was."""
    waitingDeliveries: int
    """Of more than 1,000, so many are counted."""
    oldestWaitingAt: str | None
    """When the oldest of those was created."""
    lastError: EndpointError | None
    """Of the last attempt, while the endpoint fails."""


class OrganizationArchivedData(TypedDict):
    """An organization that was archived, for ever."""

    organizationId: str
    """To whom it happened."""
    name: str
    """Its name."""
    parentOrganizationId: str | None
    """Null for a partner."""
    status: Literal["archived"] | str
    """What the organization is now."""
    reclaimedCredits: int
    """What went back to the partner."""
    revokedApiKeys: int
    """How many of its keys were revoked."""
    releasedLeasedAccounts: int
    """How many of its leases ended."""


class OrganizationArchivedEvent(TypedDict):
    """An organization was archived."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["organization.archived"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: OrganizationArchivedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class OrganizationResumedData(TypedDict):
    """An organization that is active again."""

    organizationId: str
    """To whom it happened."""
    name: str
    """Its name."""
    parentOrganizationId: str | None
    """Null for a partner."""
    status: Literal["active"] | str
    """What the organization is now."""


class OrganizationResumedEvent(TypedDict):
    """An organization is active again."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["organization.resumed"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: OrganizationResumedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class OrganizationSuspendedData(TypedDict):
    """An organization that was suspended."""

    organizationId: str
    """To whom it happened."""
    name: str
    """Its name."""
    parentOrganizationId: str | None
    """Null for a partner."""
    status: Literal["suspended"] | str
    """What the organization is now."""


class OrganizationSuspendedEvent(TypedDict):
    """An organization was suspended."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["organization.suspended"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: OrganizationSuspendedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class PartnerCover(TypedDict):
    """What the leases of a partner and its children will cost its cash wallet, and whether it reaches."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Corner Coffee`."""
    balanceCents: int
    owedCents: int
    """Months that have begun and are not paid."""
    totalCents: int
    """What is to be paid to the end of the last day, with that."""
    shortfallCents: int
    """What has to be paid in for it; 0: the cash wallet covers it."""
    firstShortDay: str | None
    """The first day that it does not cover; null: none."""


class PartnerDay(TypedDict):
    """What falls due on a day of one partner's leases."""

    date: str
    """A day in UTC."""
    count: int
    totalCents: int
    shortfallCents: int
    """What has to be paid in by then for everything that has begun when the day ends; 0: the cash
    wallet covers it.
    """


class PartnerDays(TypedDict):
    """What falls due of one partner's leases, day by day."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Corner Coffee`."""
    balanceCents: int
    owedCount: int
    """Months that have begun before the first day and are not paid."""
    owedCents: int
    days: list[PartnerDay]
    """Those on which something falls due, in their order."""


class PartnerDryRun(TypedDict):
    """What sweeps would do with a partner's leases."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Corner Coffee`."""
    monthsPaid: int
    paidCents: int
    pastDue: int
    """Leases that would become past due."""
    stillPastDue: int
    """Leases tried again without success."""
    ended: int
    """Leases whose last attempt would fail."""
    leases: list[DryRunLease]


class PartnerPastDue(TypedDict):
    """A partner with leases that are past due, those of its children included."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Corner Coffee`."""
    leases: int
    """Leases that are past due."""
    endingWithinDay: int
    """Of them, those that end within 24 hours unless they are paid."""
    monthlyCents: int
    """What a month of them costs together."""
    firstEndsAt: str
    """When the first of them is tried for the last time, and else ends."""


class PartnerRenewals(TypedDict):
    """What the leases of a partner will cost its cash wallet."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Corner Coffee`."""
    until: str
    """Example: `2026-04-20T16:12:02Z`."""
    count: int
    """Months to pay, including those past due."""
    totalCents: int
    """What they cost."""
    pastDueCount: int
    """Of them, those that have begun."""
    pastDueCents: int
    balanceCents: int
    shortfallCents: int
    """What has to be paid in so that all are paid for."""
    coveredUntil: str
    """Up to and including this instant everything is paid for."""


class PingData(TypedDict):
    """What a test sends: the payload that it was given, whatever that is, or this."""

    message: NotRequired[str]
    """A greeting."""


class PoolAccount(TypedDict):
    """An account of the pool."""

    id: str
    """Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    platform: Literal["tiktok"] | str
    handle: str
    """Example: `coffee.reviews.daily`."""
    followers: int
    vertical: str
    """Example: `food_and_drink`."""
    language: str
    """Example: `en`."""
    geo: list[str]
    monthlyPriceCents: int
    avatarUrl: str | None
    status: Literal["available", "leased", "retired"] | str
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    updatedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    socialAccountId: str | None
    """The lease that has it, while it is leased."""


class PoolImport(TypedDict):
    """The result of an import."""

    lines: int
    """Without the header and empty lines."""
    added: int
    rejected: int
    """Lines with a problem."""
    errors: list[ImportProblem]
    """The first 1,000 of them."""


class PostedCash(TypedDict):
    """A posting, and the wallet after it."""

    event: CashEvent
    balance: int
    """In US cents."""
    available: int
    """The same: nothing reserves cash."""


class PostedCredits(TypedDict):
    """A posting, and the wallet after it."""

    event: CreditEvent
    balance: int
    available: int


class Project(TypedDict):
    """Where content is made and accounts are leased, for one app or brand."""

    id: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Spring launch`."""
    status: Literal["active", "archived"] | str
    customerExternalId: str | None
    """Example: `customer-4711`."""
    timezone: str
    """Example: `Europe/Lisbon`."""
    primaryLanguage: str
    """Example: `en`."""
    ownerEmail: str | None
    """Example: `owner@example.com`."""
    appName: str | None
    """Example: `Corner Coffee`."""
    appDescription: str | None
    """Example: `Corner Coffee finds the best coffee within ten minutes of wherever you are, and tells
    you when the queue is short.`.
    """
    tagline: str | None
    """Example: `Good coffee, near you`."""
    brandVoice: (
        Literal["authentic", "casual", "educational", "professional", "warm", "witty"] | str | None
    )
    targetGender: Literal["all", "female", "male"] | str | None
    metadata: dict[str, Any] | None
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    updatedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class QueuedLeaseRequest(TypedDict):
    """A lease request with the names of what it is for, and what its partner can pay with."""

    id: str
    """Example: `lreq_01K0EJRPVYF888RF9FDTD4P705`."""
    requestId: str
    """Your own name for it, else `id`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["assigned", "partial", "rejected", "requested"] | str
    """`partial`: fewer accounts than asked for. All but `requested` are final."""
    count: int
    niche: Niche
    target: str | None
    """Example: `Accounts that review cafés`."""
    note: str | None
    """The operator's answer."""
    submittedAt: str
    """Example: `2026-04-20T16:12:02Z`."""
    assignedAt: str | None
    """Example: `2026-04-20T16:12:02Z`."""
    assignedSocialAccountIds: list[str]
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerNote: str | None
    """What the partner wrote with it."""
    organizationName: str
    """Example: `Corner Coffee`."""
    projectName: str
    partnerId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    partnerName: str
    cashBalanceCents: int | None
    """Of the partner; null if it has no cash wallet."""
    answeredAt: str | None
    """When it was assigned or rejected."""


class Recovered(TypedDict):
    """What is being sent again."""

    deliveries: int
    """Deliveries that are due now: new ones, and retries."""
    hasMore: bool
    """There is more than one request recovers. Ask again, for the rest."""


class RenewalDay(TypedDict):
    """What falls due on a day, of all partners or of one."""

    date: str
    """A day in UTC."""
    count: int
    """Months of leases that begin on it."""
    totalCents: int
    """What they cost."""
    partners: int
    """Whose leases these are."""
    shortPartners: int
    """Partners whose cash does not reach to the end of the day."""
    shortfallCents: int
    """What these have to pay in for everything that has begun by then, what is past due included."""


class RenewalsCover(TypedDict):
    """What renewals will cost all partners, and whose cash does not reach."""

    lastDay: str
    """A day in UTC."""
    partners: int
    """Those with assigned leases."""
    totalCents: int
    """What they have to pay."""
    shortPartners: int
    """Those whose cash does not reach."""
    shortfallCents: int
    """What these have to pay in."""
    items: list[PartnerCover]
    """Those whose cash does not reach, the first to run out first; then the others, those with the
    least left first.
    """


class Replayed(TypedDict):
    """A replay that is on its way."""

    originalDeliveryId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    replayDeliveryId: str
    """What becomes of it."""
    scheduledAt: str
    """When it is due."""


class SearchHit(TypedDict):
    """A thing that was found, and whose it is."""

    kind: (
        Literal[
            "api_key",
            "container",
            "event",
            "job",
            "lease_request",
            "operator",
            "organization",
            "pool_account",
            "project",
            "request",
            "social_account",
            "transfer",
            "webhook_delivery",
            "webhook_endpoint",
        ]
        | str
    )
    """`request`: one to this API; see the audit log."""
    id: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str | None
    """What it is called, or what it is about."""
    organizationId: str | None
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationName: str | None
    """Example: `Corner Coffee`."""
    partOf: str | None
    """Of a child its partner, of a container its job, of a delivery its endpoint."""
    exact: bool
    """Whether this is what was asked for, and does not only begin with it."""


class SearchHits(TypedDict):
    """What was found, the exact hits first."""

    items: list[SearchHit]


class Session(TypedDict):
    """A browser in which an operator is signed in to the console."""

    id: str
    """Example: `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    operatorId: str
    """Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    operatorName: str
    status: Literal["active", "ended", "expired", "revoked"] | str
    """`active`: good now. `ended`: signed out, or ended here. `expired`: its time is up. `revoked`:
    the token that opened it was replaced, has expired or was revoked.
    """
    current: bool
    """Whether it is the one that asks."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    expiresAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    endedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    address: str
    """From where it was opened: an IPv4 address, an IPv6 network, or the proxy in front."""
    userAgent: str
    """What the browser calls itself."""


class SubscriptionPeriod(TypedDict):
    """The period that is running."""

    start: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    end: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class Subscription(TypedDict):
    """The subscription of an organization."""

    tier: Literal["enterprise", "free", "pro", "scale", "starter"] | str
    """What was bought."""
    includedCredits: int
    billingStatus: Literal["active", "canceled", "past_due"] | str
    """Only `active` gets the allotment of each period."""
    startedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    currentPeriod: SubscriptionPeriod


class SetSubscription(TypedDict):
    """A subscription as it is now, and the wallet after what it granted."""

    subscription: Subscription
    balance: int
    available: int


class SignInLink(TypedDict):
    """A link that opens one session of the operator who asked for it."""

    url: str
    """On this server, like the address of an asset. Whoever opens it first is signed in."""
    expiresAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class SocialAccountConnectedData(TypedDict):
    """An account that a project can publish to."""

    organizationId: str
    """To whom it happened."""
    socialAccountId: str
    """The account."""
    projectId: str
    """The project that it is in."""
    handle: str
    """Its name on the platform."""


class SocialAccountConnectedEvent(TypedDict):
    """A social account was connected."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["social_account.connected"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: SocialAccountConnectedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class SocialAccountRevokedData(TypedDict):
    """An account that a project can no longer publish to."""

    organizationId: str
    """To whom it happened."""
    socialAccountId: str
    """The account."""
    projectId: str
    """The project that it is in."""
    handle: str
    """Its name on the platform."""


class SocialAccountRevokedEvent(TypedDict):
    """A social account was revoked."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["social_account.revoked"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: SocialAccountRevokedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class StartedJob(TypedDict):
    """A job that has been started."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    kind: Literal["content_generate"] | str
    status: Literal["running"] | str
    stage: Literal["queued"] | str
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    containerIds: list[str]
    """What it will fill."""
    reservedCredits: int
    """The most that it can cost."""
    locationUrl: str
    """Ask here how far it is."""
    startedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class TestPingEvent(TypedDict):
    """A test of a webhook endpoint."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["test.ping"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: PingData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


class UploadedFile(TypedDict):
    """A file as it was stored."""

    name: str
    """As in the address."""
    sizeBytes: int
    """How many bytes came."""
    sha256: str
    """Their SHA-256, in hexadecimal digits."""


class WebhookDelivery(TypedDict):
    """An event on its way to an endpoint, and how far it is."""

    id: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    endpointId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventId: str
    """Example: `evt_01K0EJRPVYF888RF9FDTD4P705`."""
    eventType: str
    """Example: `job.completed`."""
    status: Literal["abandoned", "delivered", "delivering", "failed", "pending"] | str
    """`failed`: an attempt failed, and there will be another one. `abandoned`: there will be none."""
    nextRetryAt: str | None
    """When it will be sent; null while it is, and after its end."""
    deliveredAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    abandonedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    abandonedReason: (
        Literal[
            "attempts_exhausted",
            "endpoint_auto_paused",
            "endpoint_gone",
            "endpoint_paused",
            "event_expired",
            "organization_archived",
            "organization_suspended",
            "out_of_scope",
        ]
        | str
        | None
    )
    """Why it is not sent any more."""
    lastResponseStatus: int | None
    """HTTP status of the last answer; null if there was none."""
    lastResponseAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    lastErrorMessage: str | None
    """What went wrong in the last attempt, in a sentence."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    attempts: int
    """How often it was sent."""


class WebhookDeliveryDetail(TypedDict):
    """A delivery with what is sent, and its attempts."""

    id: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    endpointId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventId: str
    """Example: `evt_01K0EJRPVYF888RF9FDTD4P705`."""
    eventType: str
    """Example: `job.completed`."""
    status: Literal["abandoned", "delivered", "delivering", "failed", "pending"] | str
    """`failed`: an attempt failed, and there will be another one. `abandoned`: there will be none."""
    nextRetryAt: str | None
    """When it will be sent; null while it is, and after its end."""
    deliveredAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    abandonedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    abandonedReason: (
        Literal[
            "attempts_exhausted",
            "endpoint_auto_paused",
            "endpoint_gone",
            "endpoint_paused",
            "event_expired",
            "organization_archived",
            "organization_suspended",
            "out_of_scope",
        ]
        | str
        | None
    )
    """Why it is not sent any more."""
    lastResponseStatus: int | None
    """HTTP status of the last answer; null if there was none."""
    lastResponseAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    lastErrorMessage: str | None
    """What went wrong in the last attempt, in a sentence."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    payload: "WebhookEvent | None"
    """What is sent; null once the event is no longer kept."""
    attempts: list[DeliveryAttempt]
    """How often it was sent, and what came of it."""


class WebhookEndpointAutoPausedEvent(TypedDict):
    """A webhook endpoint was paused by the server."""

    id: str
    """The same however often the event is sent. Keep the ids that you have handled."""
    type: Literal["webhook_endpoint.auto_paused"]
    """What has happened."""
    apiVersion: Literal["v1"] | str
    """The version of the API that `data` is written in."""
    createdAt: str
    """When it happened."""
    organizationId: str
    """To whom it happened."""
    data: EndpointAutoPausedData
    replayOf: NotRequired[str]
    """Only of a replay: the delivery whose `data` this one sends again."""


WebhookEvent: TypeAlias = (
    JobCompletedEvent
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
    | TestPingEvent
)
"""An event. What its `data` is follows from its `type`; new types are added over time."""
