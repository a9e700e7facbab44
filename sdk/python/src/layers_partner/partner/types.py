# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
"""Objects of the Partner API, as they are on the wire."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Allocation(TypedDict):
    """A transfer of prepaid credits, and the child's wallet right after it."""

    id: str
    """Example: `txn_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    allocated: int
    description: str | None
    """Example: `Credits for June`."""
    metadata: dict[str, str]
    """Your own keys and values: at most 50 keys of 40 characters, values of 500, 16 KiB in all."""
    balance: int
    available: int
    created: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    replayed: bool
    """Whether this answers a repetition; nothing moved again."""


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


class ArchivedOrganization(TypedDict):
    """A child that was archived, and what that did."""

    id: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["active", "archived", "suspended"] | str
    archivedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    reclaimedCredits: int
    """Prepaid credits that went back to your wallet at once."""
    revokedApiKeys: int
    releasedLeasedAccounts: int


class ArchivedProject(TypedDict):
    """A project that was archived, and what it still costs."""

    id: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["active", "archived"] | str
    archivedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    canceledScheduledPosts: int
    """Posts that will not go out."""
    activeLeasedAccounts: int
    """Leases that go on and renew until they are released."""


class Asset(TypedDict):
    """A file. `url` redirects to it."""

    assetId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    kind: str
    """Example: `slide`."""
    url: str
    """Example:
    `/v1/content/cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05/assets/01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
    """
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    mimeType: str
    """Example: `image/png`."""
    sizeBytes: int
    sha256: str
    """Example: `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`."""


class AuditEvent(TypedDict):
    """One thing that was done or refused."""

    eventId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    eventType: str
    """Example: `organization.suspended`."""
    occurredAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    requestId: str | None
    """As in `X-Request-Id` of its answer."""
    organizationId: str
    """Who acted."""
    projectId: str | None
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    apiKeyId: str | None
    """Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    actor: Literal["operator", "partner_api", "system"] | str
    data: dict[str, Any]
    """What was acted on."""


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


class JobError(TypedDict):
    """Why a job failed: a code for programs, a message for people."""

    code: str
    """Example: `WORKER_LOST`."""
    message: str
    """Example: `The source video does not exist any more.`."""


class Content(TypedDict):
    """A container: what one job makes."""

    id: str
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    status: Literal["canceled", "completed", "failed", "processing", "queued"] | str
    format: (
        Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"] | str
    )
    hook: str | None
    """Example: `Three cafés in Lisbon that locals keep to themselves`."""
    socialAccountId: str | None
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    influencerId: str | None
    """Example: `influencer-7`."""
    sourceTiktokId: str | None
    """Example: `7301234567890123456`."""
    mediaId: str | None
    """Example: `media-42`."""
    assets: list[Asset]
    creditsCharged: int | None
    """What it cost; null until it is over."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    completedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    failedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    lastError: JobError | None
    """Why the last try failed, also if others follow."""


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


class CreditConfigAnswer(TypedDict):
    """A child's configuration, and its wallet."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    config: CreditConfig
    balance: int
    available: int


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


class DeletedApiKey(TypedDict):
    """A child's key that was deleted."""

    apiKey: ApiKey
    deleted: bool


class DeletedEndpoint(TypedDict):
    """An endpoint that was deleted."""

    id: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    deleted: bool


class OwnApiKey(TypedDict):
    """A key of the caller's own organization, without its secret."""

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
    killSwitch: bool
    """Killed: every request gets 503."""
    isActive: bool
    """Whether requests with it are answered."""
    createdAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    lastUsedAt: str | None
    """To the minute."""
    rotatedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""
    revokedAt: str | None
    """Example: `2026-06-01T00:00:00.000Z`."""


class DeletedOwnApiKey(TypedDict):
    """A key that was deleted."""

    apiKey: OwnApiKey
    deleted: bool


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


class WebhookEndpoint(TypedDict):
    """Where events are sent."""

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


class EndpointWithSecret(TypedDict):
    """A new endpoint. This is the only time that its signing secret is shown."""

    endpoint: WebhookEndpoint
    signingSecret: str
    """What requests are signed with; shown this once."""
    warning: str
    """Example: `Store the secret now. It is not shown again.`."""


class JobResult(TypedDict):
    """What a completed job has made."""

    containerId: str
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    creditsCharged: int
    assets: list[Asset]


class Job(TypedDict):
    """Work in flight, or what became of it."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    kind: Literal["content_generate"] | str
    status: Literal["canceled", "completed", "failed", "running"] | str
    stage: str
    """What is being done; `queued` at first."""
    progress: float
    """How much is done; never falls."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    containerIds: list[str]
    """Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    reservedCredits: int
    startedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    finishedAt: NotRequired[str]
    """Example: `2026-06-01T00:00:00.000Z`."""
    result: NotRequired[JobResult]
    """Of a completed job."""
    error: NotRequired[JobError]
    """Of a failed job."""


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


class KilledApiKey(TypedDict):
    """A key that was killed."""

    apiKey: OwnApiKey
    killed: bool


class Niche(TypedDict):
    """What the accounts should be about, and for whom."""

    vertical: str
    """What it posts about."""
    audience: str | None
    language: str | None
    """BCP 47 language tag, of registered parts."""
    geo: list[str]
    """Example: `GB`."""


class LeaseRequest(TypedDict):
    """A request for accounts and, once it is answered, its result."""

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


class LeasedAccount(TypedDict):
    """An account leased to a project: what it costs, and when it is charged next."""

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


class LedgerHead(TypedDict):
    """How far a ledger reaches.

    With its events it shows whether any of them was changed or is missing.
    """

    organizationId: str
    """Whose ledger it is."""
    eventsCount: int
    """Events from the first to the newest."""
    headHash: str
    """`hash` of the newest event; 64 zeros when there is none."""
    headEventId: str | None
    """The newest event."""


class MigratedChild(TypedDict):
    """A child that a migration created."""

    id: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    name: str
    """Example: `Corner Coffee`."""
    projectIds: list[str]
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""


class Migrated(TypedDict):
    """What a migration did."""

    projectsMoved: int
    childrenCreated: int
    children: list[MigratedChild]


class NicheParam(TypedDict):
    """What the accounts should be about, and for whom."""

    vertical: str
    """What it posts about. At most 64 characters. Example: `food_and_drink`."""
    audience: NotRequired[str | None]
    """At most 500 characters."""
    language: NotRequired[str | None]
    """BCP 47 language tag, of registered parts. At most 35 characters. Example: `en`."""
    geo: NotRequired[Sequence[str]]
    """At most 249 of them. Example: `GB`."""


class Organization(TypedDict):
    """A partner, or a child that a partner has created for a customer."""

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


class OrganizationSummary(TypedDict):
    """What a parent wants to know of a child at a glance."""

    projectCount: int
    balance: int
    available: int
    creditConfig: CreditConfig


class OrganizationDetail(TypedDict):
    """A child organization with its summary."""

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
    summary: OrganizationSummary


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


class OwnApiKeyWithSecret(TypedDict):
    """A key with its new secret, which is shown this once."""

    apiKey: OwnApiKey
    secret: str
    """The whole key, as a bearer token."""
    warning: str
    """Example: `Store the secret now. It is not shown again.`."""


class PingData(TypedDict):
    """What a test sends: the payload that it was given, whatever that is, or this."""

    message: NotRequired[str]
    """A greeting."""


class PortalSession(TypedDict):
    """A session of the portal that waits to be opened."""

    url: str
    """Opens it, once, for whoever has it first. Send a browser there, and keep it nowhere."""
    expiresAt: str
    """When the link and the session end."""


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


class Recovered(TypedDict):
    """What is being sent again."""

    deliveries: int
    """Deliveries that are due now: new ones, and retries."""
    hasMore: bool
    """There is more than one request recovers. Ask again, for the rest."""


class ReleasedAccount(TypedDict):
    """A leased account that was given back."""

    socialAccountId: str
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["disconnected"] | str
    disconnectedReason: Literal["released_by_partner"] | str
    disconnectedAt: str
    """Example: `2026-04-20T16:12:02Z`."""


class Replayed(TypedDict):
    """A replay that is on its way."""

    originalDeliveryId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    replayDeliveryId: str
    """What becomes of it."""
    scheduledAt: str
    """When it is due."""


class Reservation(TypedDict):
    """Credits that a job holds until it ends."""

    jobId: str
    """Example: `job_01K0EJRPVYF888RF9FDTD4P705`."""
    projectId: str
    """Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    format: str
    """Example: `video_remix`."""
    reservedCredits: int
    """The most that it can cost."""
    reservedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    expiresAt: str
    """When the job fails, if it has not ended by then, and they are released."""


class RevokedAccount(TypedDict):
    """A social account that was disconnected."""

    socialAccountId: str
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    status: Literal["disconnected"] | str
    disconnectedReason: Literal["revoked_by_partner"] | str
    canceledScheduledPosts: int
    disconnectedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""


class RotatedSecret(TypedDict):
    """A new signing secret, which is shown this once."""

    endpointId: str
    """Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    signingSecret: str
    """What requests are signed with; shown this once."""
    previousSecretExpiresAt: str
    """Until then the previous secret signs too."""
    warning: str
    """Example: `Store the secret now. It is not shown again.`."""


class SentTest(TypedDict):
    """A test that is on its way."""

    eventId: str
    """Example: `evt_01K0EJRPVYF888RF9FDTD4P705`."""
    deliveryId: str
    """What becomes of it."""
    scheduledAt: str
    """When it is due."""


class SocialAccount(TypedDict):
    """An account that the project can publish to, leased or the customer's own."""

    socialAccountId: str
    """Example: `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    platform: str
    """Example: `tiktok`."""
    handle: str
    """Example: `coffee.reviews.daily`."""
    avatarUrl: str | None
    status: Literal["connected", "disconnected", "reauth_required"] | str
    leased: bool
    """Whether it is leased; then it has a price too."""
    connectedAt: str
    """Example: `2026-06-01T00:00:00.000Z`."""
    tokenExpiresAt: str | None
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


class WhoAmI(TypedDict):
    """Whose key this is, and what it may do."""

    organizationId: str
    """Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    workspaceId: str
    """The same as `organizationId`."""
    organizationName: str
    """Example: `Corner Coffee`."""
    parentOrganizationId: str | None
    """Null for a partner."""
    scopes: list[str]
    rateLimitTier: Literal["internal", "partner", "pilot", "sandbox", "standard"] | str
    apiKeyId: str
    """Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`."""
    creditBalance: int
    """`balance` of `GET /v1/credits`."""


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
