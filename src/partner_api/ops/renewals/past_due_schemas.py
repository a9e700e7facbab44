"""Wire types of what is past due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_seconds
from partner_api.edge.wire.fields import Amount, OrganizationIdText, SecondsText, capped
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.leases import past_due_store


class PastDueQuery(Struct, frozen=True, kw_only=True):
    """Which page to list."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Partners on a page.")] = 25
    cursor: Cursor | None = None


class PartnerPastDue(Struct, frozen=True, rename="camel", kw_only=True):
    """A partner with leases that are past due, those of its children included."""

    organization_id: OrganizationIdText
    name: str
    leases: Annotated[int, Meta(ge=1, description="Leases that are past due.")]
    ending_within_day: Annotated[
        int, Meta(ge=0, description="Of them, those that end within 24 hours unless they are paid.")
    ]
    monthly_cents: Annotated[Amount, Meta(description="What a month of them costs together.")]
    first_ends_at: Annotated[
        SecondsText,
        Meta(description="When the first of them is tried for the last time, and else ends."),
    ]


def partner_past_due_of(partner: past_due_store.PartnerPastDue) -> PartnerPastDue:
    """Return the wire form of a partner and what is past due of it."""
    return PartnerPastDue(
        organization_id=format_id("org", partner.organization_id),
        name=partner.name,
        leases=partner.leases,
        ending_within_day=partner.ending,
        monthly_cents=capped(partner.monthly_cents),
        first_ends_at=format_seconds(partner.first_ends_at),
    )
