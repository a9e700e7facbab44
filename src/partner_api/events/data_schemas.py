"""What events say: the type of ``data`` for each type of event.

The money functions write these fields, in ``database/functions``; ``organizationId`` is added when an event is
published, to those that were written without.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.content.schemas import JobError
from partner_api.content.store import ContentFormat
from partner_api.edge.wire.fields import (
    Amount,
    ApiKeyIdText,
    BareIdText,
    ContainerIdText,
    JobIdText,
    LeaseRequestIdText,
    OrganizationIdText,
    PositiveAmount,
    ProjectIdText,
    SocialAccountIdText,
    TransferIdText,
)
from partner_api.leases.store import LeaseEnd


class EventData(Struct, frozen=True, rename="camel", kw_only=True):
    """What every event says."""

    organization_id: Annotated[OrganizationIdText, Meta(description="To whom it happened.")]


class _OfJob(EventData, frozen=True, rename="camel", kw_only=True):
    job_id: Annotated[JobIdText, Meta(description="The job that is over.")]
    project_id: Annotated[ProjectIdText, Meta(description="The project that it ran in.")]
    container_id: Annotated[ContainerIdText, Meta(description="Where its content is.")]
    format: Annotated[ContentFormat, Meta(description="As it was asked for.")]


class JobCompletedData(_OfJob, frozen=True, rename="camel", kw_only=True):
    """A job that was completed."""

    status: Annotated[Literal["completed"], Meta(description="What the job is now.")]
    credits_charged: Annotated[
        Amount, Meta(description="What it cost. The rest of its reservation is free again.")
    ]


class ContentGeneratedData(JobCompletedData, frozen=True, rename="camel", kw_only=True):
    """Content that is ready."""


class JobFailedData(_OfJob, frozen=True, rename="camel", kw_only=True):
    """A job that failed."""

    status: Annotated[Literal["failed"], Meta(description="What the job is now.")]
    error: Annotated[JobError, Meta(description="Why it failed.")]


class JobCanceledData(_OfJob, frozen=True, rename="camel", kw_only=True):
    """A job that was canceled."""

    status: Annotated[Literal["canceled"], Meta(description="What the job is now.")]


class _OfLeaseRequest(EventData, frozen=True, rename="camel", kw_only=True):
    id: Annotated[LeaseRequestIdText, Meta(description="The request that was answered.")]
    request_id: Annotated[str, Meta(description="Your own name for it, else `id`.")]
    project_id: Annotated[ProjectIdText, Meta(description="The project that it is for.")]
    social_account_ids: Annotated[
        list[SocialAccountIdText], Meta(description="The accounts that were assigned.")
    ]
    note: Annotated[str | None, Meta(description="What the operator says of it.")]


class LeaseRequestAssignedData(_OfLeaseRequest, frozen=True, rename="camel", kw_only=True):
    """A lease request that was answered with accounts."""

    status: Annotated[
        Literal["assigned", "partial"],
        Meta(description="`partial`: with fewer accounts than were asked for."),
    ]


class LeaseRequestRejectedData(_OfLeaseRequest, frozen=True, rename="camel", kw_only=True):
    """A lease request that was rejected."""

    status: Annotated[Literal["rejected"], Meta(description="What the request is now.")]


class _OfAccount(EventData, frozen=True, rename="camel", kw_only=True):
    social_account_id: Annotated[SocialAccountIdText, Meta(description="The account.")]
    project_id: Annotated[ProjectIdText, Meta(description="The project that it is in.")]


_LeaseMonth = Annotated[
    int, Meta(ge=1, description="Which month of the lease, counted from 0, the first.")
]


class LeasedAccountRenewedData(_OfAccount, frozen=True, rename="camel", kw_only=True):
    """A month of a leased account that was paid."""

    lease_month: _LeaseMonth
    amount_cents: Annotated[Amount, Meta(description="What the partner's cash wallet paid.")]


class LeasedAccountPastDueData(_OfAccount, frozen=True, rename="camel", kw_only=True):
    """A month of a leased account that could not be paid."""

    lease_month: _LeaseMonth
    # Events from before this release have none.
    amount_cents: Annotated[Amount, Meta(description="What it costs.")] | UnsetType = UNSET


class LeasedAccountDisconnectedData(_OfAccount, frozen=True, rename="camel", kw_only=True):
    """A leased account that is no longer the project's."""

    disconnected_reason: Annotated[LeaseEnd, Meta(description="How the lease ended.")]


class SocialAccountConnectedData(_OfAccount, frozen=True, rename="camel", kw_only=True):
    """An account that a project can publish to."""

    handle: Annotated[str, Meta(description="Its name on the platform.")]


class SocialAccountRevokedData(_OfAccount, frozen=True, rename="camel", kw_only=True):
    """An account that a project can no longer publish to."""

    handle: Annotated[str, Meta(description="Its name on the platform.")]


class CreditsLowData(EventData, frozen=True, rename="camel", kw_only=True):
    """A wallet in which less is available than its refill threshold."""

    available: Annotated[Amount, Meta(description="What new work may spend.")]
    balance: Annotated[Amount, Meta(description="With what running jobs have reserved.")]
    refill_threshold: Annotated[Amount, Meta(description="What `available` fell below.")]
    refill_amount: Annotated[
        Amount | None,
        Meta(description="What the next start of a job refills, if the partner can spare it."),
    ]


class CreditsAllocatedData(EventData, frozen=True, rename="camel", kw_only=True):
    """Credits that a child got from its partner."""

    transfer_id: Annotated[
        TransferIdText, Meta(description="The transfer, as both ledgers name it.")
    ]
    credits: Annotated[PositiveAmount, Meta(description="How many.")]
    reason: Annotated[
        Literal["allocation", "auto_refill"],
        Meta(description="`auto_refill`: a job brought the wallet below its refill threshold."),
    ]
    description: Annotated[str | None, Meta(description="What the allocation said of itself.")]
    metadata: Annotated[dict[str, str], Meta(description="The allocation's own.")]
    balance: Annotated[Amount, Meta(description="The child's balance right after it.")]
    available: Annotated[Amount, Meta(description="What was available right after it.")]


class _OfOrganization(EventData, frozen=True, rename="camel", kw_only=True):
    name: Annotated[str, Meta(description="Its name.")]
    parent_organization_id: Annotated[
        OrganizationIdText | None, Meta(description="Null for a partner.")
    ]


class OrganizationSuspendedData(_OfOrganization, frozen=True, rename="camel", kw_only=True):
    """An organization that was suspended."""

    status: Annotated[Literal["suspended"], Meta(description="What the organization is now.")]


class OrganizationResumedData(_OfOrganization, frozen=True, rename="camel", kw_only=True):
    """An organization that is active again."""

    status: Annotated[Literal["active"], Meta(description="What the organization is now.")]


class OrganizationArchivedData(_OfOrganization, frozen=True, rename="camel", kw_only=True):
    """An organization that was archived, for ever."""

    status: Annotated[Literal["archived"], Meta(description="What the organization is now.")]
    reclaimed_credits: Annotated[Amount, Meta(description="What went back to the partner.")]
    revoked_api_keys: Annotated[int, Meta(ge=0, description="How many of its keys were revoked.")]
    released_leased_accounts: Annotated[
        int, Meta(ge=0, description="How many of its leases ended.")
    ]


class ApiKeyKilledData(EventData, frozen=True, rename="camel", kw_only=True):
    """A key that is refused from now on."""

    api_key_id: Annotated[ApiKeyIdText, Meta(description="The key.")]
    name: Annotated[str, Meta(description="Its name.")]
    prefix: Annotated[str, Meta(description="What it begins with; safe to log.")]


class EndpointAutoPausedData(EventData, frozen=True, rename="camel", kw_only=True):
    """A webhook endpoint to which nothing is sent any more."""

    endpoint_id: Annotated[BareIdText, Meta(description="The endpoint.")]
    url: Annotated[str, Meta(description="Where it sent to.")]
    reason: Annotated[
        Literal["failures", "gone"],
        Meta(description="`failures`: too many attempts failed in a row; `gone`: it answered 410."),
    ]
    consecutive_failure_count: Annotated[
        int, Meta(ge=1, description="How many attempts failed since the last success.")
    ]


class PingData(Struct, frozen=True, rename="camel", kw_only=True):
    """What a test sends: the payload that it was given, whatever that is, or this."""

    message: Annotated[str, Meta(description="A greeting.")] | UnsetType = UNSET
