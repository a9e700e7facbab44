"""Wire types of what renewals will cost, and of what a sweep would do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_seconds
from partner_api.edge.wire.fields import (
    Amount,
    Instant,
    OrganizationId,
    OrganizationIdText,
    ProjectIdText,
    SecondsText,
    SocialAccountIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.cash.store import Outlook
    from partner_api.leases.operator_store import PartnerWithRenewals, RehearsedLease

Outcome = Literal["paid", "past_due", "still_past_due", "ended"]


class RenewalsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """How far to look ahead, and at whom."""

    until: Annotated[
        Instant | None,
        Meta(description="At most a year ahead. Without it, the next 30 days."),
    ] = None
    organization_id: Annotated[OrganizationId | None, Meta(description="Only of this partner.")] = (
        None
    )
    limit: Annotated[int, Meta(ge=1, le=100, description="Partners on a page.")] = 25
    cursor: Cursor | None = None


class PartnerRenewals(Struct, frozen=True, rename="camel", kw_only=True):
    """What the leases of a partner will cost its cash wallet."""

    organization_id: OrganizationIdText
    name: str
    until: SecondsText
    count: Annotated[int, Meta(ge=0, description="Months to pay, including those past due.")]
    total_cents: Annotated[Amount, Meta(description="What they cost.")]
    past_due_count: Annotated[int, Meta(ge=0, description="Of them, those that have begun.")]
    past_due_cents: Amount
    balance_cents: Amount
    shortfall_cents: Annotated[
        Amount, Meta(description="What has to be paid in so that all are paid for.")
    ]
    covered_until: Annotated[
        SecondsText, Meta(description="Up to and including this instant everything is paid for.")
    ]


class DryRunQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """How far ahead to go, and whose leases to try."""

    until: Annotated[
        Instant | None,
        Meta(
            description="Day by day until then, at most a year ahead, as if nothing were paid in and "
            "no lease released. Without it, now alone."
        ),
    ] = None
    organization_id: Annotated[OrganizationId | None, Meta(description="Only of this partner.")] = (
        None
    )
    limit: Annotated[int, Meta(ge=1, le=10, description="Partners on a page.")] = 5
    cursor: Cursor | None = None


class DryRunLease(Struct, frozen=True, rename="camel", kw_only=True):
    """What would happen to a lease."""

    social_account_id: SocialAccountIdText
    project_id: ProjectIdText
    organization_id: OrganizationIdText
    outcome: Annotated[
        Outcome,
        Meta(
            description="`paid`; `past_due`, which it is not yet; `still_past_due`: tried again "
            "without success; `ended`: its last attempt fails."
        ),
    ]
    months_paid: Annotated[int, Meta(ge=0)]
    paid_cents: Amount


class PartnerDryRun(Struct, frozen=True, rename="camel", kw_only=True):
    """What sweeps would do with a partner's leases."""

    organization_id: OrganizationIdText
    name: str
    months_paid: Annotated[int, Meta(ge=0)]
    paid_cents: Amount
    past_due: Annotated[int, Meta(ge=0, description="Leases that would become past due.")]
    still_past_due: Annotated[int, Meta(ge=0, description="Leases tried again without success.")]
    ended: Annotated[int, Meta(ge=0, description="Leases whose last attempt would fail.")]
    leases: list[DryRunLease]


def partner_renewals_of(
    partner: PartnerWithRenewals, until: datetime, outlook: Outlook
) -> PartnerRenewals:
    """Return the wire form of a partner and its outlook."""
    return PartnerRenewals(
        organization_id=format_id("org", partner.organization_id),
        name=partner.name,
        until=format_seconds(until),
        count=outlook.past_due + outlook.renewals,
        total_cents=outlook.past_due_cents + outlook.total_cents,
        past_due_count=outlook.past_due,
        past_due_cents=outlook.past_due_cents,
        balance_cents=outlook.balance_cents,
        shortfall_cents=outlook.shortfall_cents,
        covered_until=format_seconds(outlook.covered_until),
    )


def partner_dry_run_of(
    partner: PartnerWithRenewals, rehearsed: Sequence[RehearsedLease]
) -> PartnerDryRun:
    """Return the wire form of a partner and what a rehearsal changed of its leases."""
    leases = [
        DryRunLease(
            social_account_id=format_id("sa", lease.social_account_id),
            project_id=format_id("prj", lease.project_id),
            organization_id=format_id("org", lease.organization_id),
            outcome=_outcome(lease),
            months_paid=lease.months_paid,
            paid_cents=lease.paid_cents,
        )
        for lease in rehearsed
    ]
    outcomes = [lease.outcome for lease in leases]
    return PartnerDryRun(
        organization_id=format_id("org", partner.organization_id),
        name=partner.name,
        months_paid=sum(lease.months_paid for lease in leases),
        paid_cents=sum(lease.paid_cents for lease in leases),
        past_due=outcomes.count("past_due"),
        still_past_due=outcomes.count("still_past_due"),
        ended=outcomes.count("ended"),
        leases=leases,
    )


def _outcome(lease: RehearsedLease) -> Outcome:
    if lease.status == "disconnected":
        return "ended"
    if lease.billing_status == "current":
        return "paid"
    return "past_due" if lease.newly_due else "still_past_due"
