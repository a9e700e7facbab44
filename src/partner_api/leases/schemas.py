"""Wire types of leased accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert, field

from partner_api.clock import format_seconds
from partner_api.edge.wire.fields import Amount, ProjectIdText, SecondsText, SocialAccountIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.leases.store import Lease, LeaseBillingStatus, LeaseEnd, LeaseStatus

if TYPE_CHECKING:
    from datetime import datetime


class LeasedAccountsQuery(Struct, frozen=True, rename="camel"):
    """Filters of the list of leased accounts."""

    status: Annotated[
        list[LeaseStatus],
        Meta(
            description="Only leases of this status; repeat it for several. Default: `assigned` only."
        ),
    ] = field(default_factory=lambda: ["assigned"])
    limit: Annotated[int, Meta(ge=1, le=1000, description="Accounts on a page.")] = 1000
    cursor: Cursor | None = None


class AllLeasedAccountsQuery(LeasedAccountsQuery, frozen=True, rename="camel"):
    """Filters of the list of the leased accounts of all projects."""

    billing_status: Annotated[
        LeaseBillingStatus | None, Meta(description="Only those that are paid, or past due.")
    ] = None


class LeasedAccount(Struct, frozen=True, rename="camel"):
    """An account leased to a project: what it costs, and when it is charged next."""

    social_account_id: Annotated[
        SocialAccountIdText, Meta(description="This lease's own, never used for another.")
    ]
    project_id: ProjectIdText
    handle: Annotated[str, Meta(examples=["coffee.reviews.daily"])]
    platform: Annotated[str, Meta(examples=["tiktok"])]
    followers: Amount
    status: LeaseStatus
    assigned_at: SecondsText
    next_renewal_at: Annotated[
        SecondsText | None,
        Meta(description="When the next month begins and is charged; null once disconnected."),
    ]
    monthly_price_cents: Annotated[
        Amount, Meta(description="Debited from the partner's cash wallet on `nextRenewalAt`.")
    ]
    billing_status: Annotated[
        LeaseBillingStatus,
        Meta(description="`past_due` while a month that has begun could not be paid."),
    ]
    past_due_since: SecondsText | None
    # Only a disconnected account has these two.
    disconnected_at: SecondsText | UnsetType = UNSET
    disconnected_reason: LeaseEnd | UnsetType = UNSET


class LeaseRelease(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Why a leased account is given back."""

    reason: (
        Annotated[str, Meta(max_length=1024, description="For the audit log.", extra=VISIBLE)]
        | None
    ) = None


class ReleasedAccount(Struct, frozen=True, rename="camel", kw_only=True):
    """A leased account that was given back."""

    social_account_id: SocialAccountIdText
    status: Literal["disconnected"] = "disconnected"
    disconnected_reason: Literal["released_by_partner"] = "released_by_partner"
    disconnected_at: SecondsText


def leased_account_of(lease: Lease) -> LeasedAccount:
    """Return the wire form of a lease."""
    return LeasedAccount(
        social_account_id=format_id("sa", lease.social_account_id),
        project_id=format_id("prj", lease.project_id),
        handle=lease.handle,
        platform=lease.platform,
        followers=lease.followers,
        status=lease.status,
        assigned_at=format_seconds(lease.assigned_at),
        next_renewal_at=_seconds_or_none(lease.next_renewal_at),
        monthly_price_cents=lease.monthly_price_cents,
        billing_status=lease.billing_status,
        past_due_since=_seconds_or_none(lease.past_due_since),
        disconnected_at=_seconds_or_none(lease.disconnected_at) or UNSET,
        disconnected_reason=lease.disconnected_reason or UNSET,
    )


def released_account_of(facts: dict[str, Any]) -> ReleasedAccount:
    """Return the answer made of the facts of ``store.disconnect``."""
    lease = convert(facts, Lease)
    assert lease.disconnected_at is not None  # noqa: S101 - it has just ended
    return ReleasedAccount(
        social_account_id=format_id("sa", lease.social_account_id),
        disconnected_at=format_seconds(lease.disconnected_at),
    )


def _seconds_or_none(value: datetime | None) -> str | None:
    return None if value is None else format_seconds(value)
