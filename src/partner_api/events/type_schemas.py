"""The types of events: what each is called, when it is sent, what it says, and an example of that."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from msgspec import Struct, convert

from partner_api.events import data_schemas as forms

_ORGANIZATION: Final = {"organizationId": "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"}
_JOB: Final = {
    "jobId": "job_01K0EJS2Y4H7B9D1F3G5J8K6MN",
    "projectId": "prj_01981d2c-6c10-7e44-a1f7-93b5d0c8e261",
    "containerId": "cnt_01981d2c-8e5f-7d20-95c8-b3f04e6a7d18",
    "format": "slideshow_builder",
}
_COMPLETED: Final = {**_JOB, "status": "completed", "creditsCharged": 50}
_LEASE_REQUEST: Final = {
    "id": "lreq_01K0EJRXWZ6Q8T5V3N7M2P4B9C",
    "requestId": "spring-launch",
    "projectId": "prj_01981d2c-6c10-7e44-a1f7-93b5d0c8e261",
}
_ACCOUNT: Final = {
    "socialAccountId": "sa_01981d2c-7d42-7c39-b6e0-4a8f1d57c093",
    "projectId": "prj_01981d2c-6c10-7e44-a1f7-93b5d0c8e261",
}
_HANDLE: Final = {"handle": "coffee.reviews.daily"}
_CHILD: Final = {
    "name": "Corner Coffee",
    "parentOrganizationId": "org_01981c07-1f3a-7b52-9d84-5e0c7a2b6f11",
}


class EventType(NamedTuple):
    """A type of event. ``description`` says when it is sent and what to do with it."""

    name: str
    data: type[Struct]
    title: str
    description: str
    example: Struct


def _type(
    name: str, data: type[Struct], title: str, description: str, example: dict[str, Any]
) -> EventType:
    return EventType(name, data, title, description, convert(example, data))


_ALL: Final = (
    _type(
        "job.completed",
        forms.JobCompletedData,
        "A job was completed",
        "Sent when a job has ended well and its cost has left the wallet. Fetch the files with "
        "`GET /v1/content/{containerId}`; `content.generated` comes of the same end.",
        {**_ORGANIZATION, **_COMPLETED},
    ),
    _type(
        "job.failed",
        forms.JobFailedData,
        "A job failed",
        "Sent when a job has failed for good: nothing was charged, and what it had reserved is free again. "
        "`error.code` says whether to start another one.",
        {
            **_ORGANIZATION,
            **_JOB,
            "status": "failed",
            "error": {"code": "WORKER_LOST", "message": "The job was lost three times."},
        },
    ),
    _type(
        "job.canceled",
        forms.JobCanceledData,
        "A job was canceled",
        "Sent when a job that was asked to stop has ended: nothing was charged. Until then it is still running, "
        "however early the cancel was accepted.",
        {**_ORGANIZATION, **_JOB, "status": "canceled"},
    ),
    _type(
        "content.generated",
        forms.ContentGeneratedData,
        "Content is ready",
        "Sent when a container has got its files, at the moment of `job.completed` and with the same data. Listen to "
        "this one if you care for content and not for jobs.",
        {**_ORGANIZATION, **_COMPLETED},
    ),
    _type(
        "lease_request.assigned",
        forms.LeaseRequestAssignedData,
        "A lease request was answered with accounts",
        "Sent when the operator has assigned accounts: all that were asked for, or fewer, and then `status` is "
        "`partial`. That is the final answer; ask again for what is missing. Each account also has its own "
        "`social_account.connected`.",
        {
            **_ORGANIZATION,
            **_LEASE_REQUEST,
            "status": "assigned",
            "socialAccountIds": [_ACCOUNT["socialAccountId"]],
            "note": None,
        },
    ),
    _type(
        "lease_request.rejected",
        forms.LeaseRequestRejectedData,
        "A lease request was rejected",
        "Sent when the operator has no account for a request, or its organization was archived. `note` says why. "
        "That is the final answer.",
        {
            **_ORGANIZATION,
            **_LEASE_REQUEST,
            "status": "rejected",
            "socialAccountIds": [],
            "note": "No account of this kind is free at present.",
        },
    ),
    _type(
        "leased_account.renewed",
        forms.LeasedAccountRenewedData,
        "A leased account was renewed",
        "Sent when a month of a lease has been paid, the second and later ones; also when a month that was past due "
        "is paid after all. Book `amountCents`.",
        {**_ORGANIZATION, **_ACCOUNT, "leaseMonth": 1, "amountCents": 15_000},
    ),
    _type(
        "leased_account.past_due",
        forms.LeasedAccountPastDueData,
        "A leased account could not be renewed",
        "Sent once for a month of a lease that has begun and that the partner's cash wallet cannot pay. It is tried "
        "again every day. Top the cash wallet up within seven days, or the lease ends.",
        {**_ORGANIZATION, **_ACCOUNT, "leaseMonth": 1, "amountCents": 15_000},
    ),
    _type(
        "leased_account.disconnected",
        forms.LeasedAccountDisconnectedData,
        "A leased account was disconnected",
        "Sent when a lease has ended, however it did: see `disconnectedReason`. Stop publishing to the account; it "
        "does not come back under this id.",
        {**_ORGANIZATION, **_ACCOUNT, "disconnectedReason": "released_by_partner"},
    ),
    _type(
        "social_account.connected",
        forms.SocialAccountConnectedData,
        "A social account was connected",
        "Sent when a project can publish to an account, such as one that was leased to it just now.",
        {**_ORGANIZATION, **_ACCOUNT, **_HANDLE},
    ),
    _type(
        "social_account.revoked",
        forms.SocialAccountRevokedData,
        "A social account was revoked",
        "Sent when you have disconnected an account of your own, one that is not leased. Stop publishing to it.",
        {**_ORGANIZATION, **_ACCOUNT, **_HANDLE},
    ),
    _type(
        "credits.low",
        forms.CreditsLowData,
        "Credits are low",
        "Sent when what is available in a wallet has fallen below its refill threshold, and no refill has brought it "
        "back in the same moment: once, until it has been at the threshold or above again. Allocate credits.",
        {
            **_ORGANIZATION,
            "available": 80,
            "balance": 130,
            "refillThreshold": 100,
            "refillAmount": 500,
        },
    ),
    _type(
        "credits.allocated",
        forms.CreditsAllocatedData,
        "Credits were allocated",
        "Sent to a child when it has got credits from its partner, by an allocation or by a refill that one of its "
        "jobs set off.",
        {
            **_ORGANIZATION,
            "transferId": "txn_01981d2d-02c6-7a95-8b3e-6d1f9c40e572",
            "credits": 500,
            "reason": "allocation",
            "description": "Credits for June",
            "metadata": {},
            "balance": 6_000,
            "available": 5_880,
        },
    ),
    _type(
        "organization.suspended",
        forms.OrganizationSuspendedData,
        "An organization was suspended",
        "Sent when an organization has been suspended, a child by its partner or a partner by the operator. Its keys "
        "are refused, and what is meant for its own endpoints is kept as abandoned until it is recovered.",
        {**_ORGANIZATION, **_CHILD, "status": "suspended"},
    ),
    _type(
        "organization.resumed",
        forms.OrganizationResumedData,
        "An organization is active again",
        "Sent when a suspended organization has been resumed. Recover what its endpoints have missed meanwhile.",
        {**_ORGANIZATION, **_CHILD, "status": "active"},
    ),
    _type(
        "organization.archived",
        forms.OrganizationArchivedData,
        "An organization was archived",
        "Sent when a child has been archived, for ever: its keys are revoked, its leases have ended, and its credits "
        "have gone back to the partner. What its running jobs still free goes there later.",
        {
            **_ORGANIZATION,
            **_CHILD,
            "status": "archived",
            "reclaimedCredits": 500,
            "revokedApiKeys": 1,
            "releasedLeasedAccounts": 2,
        },
    ),
    _type(
        "api_key.killed",
        forms.ApiKeyKilledData,
        "An API key was killed",
        "Sent when a key has been killed: every request with it is refused until the key is rotated. If nobody of "
        "yours did that, find out who did in the audit log.",
        {
            **_ORGANIZATION,
            "apiKeyId": "key_01981d2d-13d7-7ba6-9c4f-7e20ad51f683",
            "name": "Production",
            "prefix": "lp_live_2C9XK41MVN7QTRWD",
        },
    ),
    _type(
        "webhook_endpoint.auto_paused",
        forms.EndpointAutoPausedData,
        "A webhook endpoint was paused by the server",
        "Sent to the other endpoints when nothing is sent to one any more: too many attempts failed in a row, or it "
        "answered 410. Mend it, set its status to `active`, and recover what it has missed.",
        {
            **_ORGANIZATION,
            "endpointId": "01981d2d-24e8-7cb7-ad50-8f31be620794",
            "url": "https://hooks.example.com/layers",
            "reason": "failures",
            "consecutiveFailureCount": 20,
        },
    ),
    _type(
        "test.ping",
        forms.PingData,
        "A test of a webhook endpoint",
        "Sent to one endpoint when a test of it is asked for, whatever events it has chosen. Answer it as any other.",
        {"message": "This is a test."},
    ),
)
EVENT_TYPES: Final[dict[str, EventType]] = {each.name: each for each in _ALL}
# What endpoints can ask for and nothing sends yet.
_PLANNED: Final = ("post.scheduled", "post.published", "post.failed", "post.canceled")
KNOWN_EVENTS: Final[frozenset[str]] = frozenset({*EVENT_TYPES, *_PLANNED})
