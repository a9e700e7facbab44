"""Wire types of leases, as the operator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct, convert
from msgspec.structs import asdict

from partner_api.audit.history_schemas import HistoryEvent, HistoryQuery, history_event_of
from partner_api.clock import format_milliseconds, format_seconds
from partner_api.edge.wire.fields import (
    Amount,
    BareIdText,
    Instant,
    MillisecondsText,
    OrganizationId,
    OrganizationIdText,
    PoolAccountIdText,
    SecondsText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.leases import listed_store
from partner_api.leases.listed_store import LeaseMonthStatus
from partner_api.leases.schemas import LeasedAccount, leased_account_of
from partner_api.leases.store import Lease, LeaseBillingStatus, LeaseStatus

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.audit import history_store


class LeasesQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of all leases."""

    status: Annotated[
        list[LeaseStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    billing_status: Annotated[
        LeaseBillingStatus | None, Meta(description="Only assigned ones like this.")
    ] = None
    due_before: Annotated[
        Instant | None,
        Meta(description="Only assigned ones whose oldest unpaid month begins before this."),
    ] = None
    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only of this organization's projects.")
    ] = None
    partner_id: Annotated[
        OrganizationId | None,
        Meta(description="Only of this partner's projects and those of its children."),
    ] = None
    handle: Annotated[
        str | None,
        Meta(max_length=64, description="Only of accounts with this handle, whole, without @."),
    ] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Leases on a page.")] = 50
    cursor: Cursor | None = None


class OpsLease(LeasedAccount, frozen=True, rename="camel", kw_only=True):
    """A leased account, with its organization and pool account."""

    organization_id: OrganizationIdText
    pool_account_id: PoolAccountIdText | None


class ListedLease(OpsLease, frozen=True, rename="camel", kw_only=True):
    """A lease with whose it is, and what happens next."""

    partner_id: Annotated[
        OrganizationIdText,
        Meta(description="Whose cash wallet pays: the organization or its parent."),
    ]
    partner_name: str
    organization_name: str
    project_name: str
    paid_through: Annotated[
        SecondsText | None,
        Meta(description="When the first month begins that is not paid; null once it is over."),
    ]
    next_attempt_at: Annotated[
        SecondsText | None, Meta(description="When it is tried again, of one that is past due.")
    ]
    last_attempt_at: Annotated[
        SecondsText | None,
        Meta(description="When one that is past due is tried for the last time, and else ends."),
    ]


class LeaseWithPayments(ListedLease, frozen=True, rename="camel", kw_only=True):
    """A lease with what it has brought."""

    months_paid: Annotated[int, Meta(ge=0)]
    paid_cents: Annotated[Amount, Meta(description="What its months were charged.")]
    refunded_cents: Annotated[Amount, Meta(description="What of that was given back.")]
    release_note: Annotated[
        str | None, Meta(description="What was said when it was released or recalled.")
    ]


class LeaseMonthsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """A page of the months of a lease."""

    limit: Annotated[int, Meta(ge=1, le=200, description="Months on a page.")] = 50
    cursor: Cursor | None = None


class LeaseMonth(Struct, frozen=True, rename="camel", kw_only=True):
    """A month of a lease that was charged or tried."""

    lease_month: Annotated[int, Meta(ge=0, description="0 is the first.")]
    period_start: SecondsText
    period_end: SecondsText
    price_cents: Amount
    status: Annotated[
        LeaseMonthStatus,
        Meta(description="`due` while it could not be paid; `uncollected`: the lease ended so."),
    ]
    refunded_cents: Amount
    settled_at: MillisecondsText | None
    event_id: Annotated[
        BareIdText | None, Meta(description="Of the cash event that paid it; null at price 0.")
    ]


class LeaseHistoryQuery(HistoryQuery, frozen=True, rename="camel", kw_only=True):
    """A page of what happened to a lease."""


class LeaseEvent(HistoryEvent, frozen=True, rename="camel", kw_only=True):
    """One thing that happened to a lease."""


class LeasePatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to change of a lease."""

    monthly_price_cents: Annotated[Amount, Meta(description="From the next renewal on.")]


class Recall(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why an account is taken back."""

    note: (
        Annotated[
            str,
            Meta(min_length=1, max_length=1024, description="Kept on the lease.", extra=VISIBLE),
        ]
        | None
    ) = None


def changed_lease_of(facts: dict[str, Any]) -> OpsLease:
    """Return the answer made of the facts of ``store.disconnect`` or ``store.set_price``."""
    return ops_lease_of(convert(facts, Lease))


def ops_lease_of(lease: Lease) -> OpsLease:
    """Return the wire form of a lease, with whose it is."""
    return OpsLease(
        **asdict(leased_account_of(lease)),
        organization_id=format_id("org", lease.organization_id),
        pool_account_id=(
            None if lease.pool_account_id is None else format_id("pool", lease.pool_account_id)
        ),
    )


def listed_lease_of(lease: listed_store.ListedLease) -> ListedLease:
    """Return the wire form of a lease, with whose it is and what happens next."""
    return ListedLease(**_listed(lease))


def lease_with_payments_of(lease: listed_store.LeaseWithPayments) -> LeaseWithPayments:
    """Return the wire form of a lease, with what it has brought."""
    return LeaseWithPayments(
        **_listed(lease),
        months_paid=lease.months_paid,
        paid_cents=lease.paid_cents,
        refunded_cents=lease.refunded_cents,
        release_note=lease.release_note,
    )


def lease_month_of(month: listed_store.LeaseMonth) -> LeaseMonth:
    """Return the wire form of a month of a lease."""
    return LeaseMonth(
        lease_month=month.lease_month,
        period_start=format_seconds(month.period_start),
        period_end=format_seconds(month.period_end),
        price_cents=month.price_cents,
        status=month.status,
        refunded_cents=month.refunded_cents,
        settled_at=None if month.settled_at is None else format_milliseconds(month.settled_at),
        event_id=None if month.event_id is None else str(month.event_id),
    )


def lease_event_of(event: history_store.HistoryEvent) -> LeaseEvent:
    """Return the wire form of what happened to a lease."""
    return history_event_of(LeaseEvent, event)


def _listed(lease: listed_store.ListedLease) -> dict[str, Any]:
    return asdict(ops_lease_of(lease)) | {
        "partner_id": format_id("org", lease.partner_id),
        "partner_name": lease.partner_name,
        "organization_name": lease.organization_name,
        "project_name": lease.project_name,
        "paid_through": _seconds(lease.next_due_at) if lease.status == "assigned" else None,
        "next_attempt_at": _seconds(lease.next_attempt_at),
        "last_attempt_at": _seconds(lease.last_attempt_at),
    }


def _seconds(value: datetime | None) -> str | None:
    return None if value is None else format_seconds(value)
