"""Wire types of daily totals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import Amount, OrganizationId, capped
from partner_api.edge.wire.pagination import Cursor

if TYPE_CHECKING:
    from partner_api.daily_totals.operator_store import DayTotals as StoredDay

# By so much a row may be committed after its time: requests and renewals take a while, and servers' clocks differ.
_LATEST = timedelta(minutes=5)


class DailyTotalsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Whose days to list."""

    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only of this partner, with its children.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=366, description="Days on a page.")] = 30
    cursor: Cursor | None = None


class DayTotals(Struct, frozen=True, rename="camel", kw_only=True):
    """What the ledgers come to on a day, from midnight to midnight in UTC."""

    day: Annotated[str, Meta(examples=["2026-06-01"], extra_json_schema={"format": "date"})]
    is_complete: Annotated[
        bool,
        Meta(
            description="Whether all rows of that day are counted. Today never is; an earlier day is a few "
            "minutes after its end, or later while no worker runs."
        ),
    ]
    credits_used: Annotated[Amount, Meta(description="What jobs were charged.")]
    credits_refunded: Annotated[Amount, Meta(description="Of what jobs had been charged.")]
    credits_purchased: Amount
    cash_paid_in_cents: Annotated[Amount, Meta(description="Top-ups.")]
    cash_charged_cents: Annotated[
        Amount, Meta(description="What leases took, at assignment and at renewal.")
    ]
    cash_refunded_cents: Annotated[Amount, Meta(description="Of what leases had taken.")]


def day_totals_of(stored: StoredDay, counted_until: datetime | None) -> DayTotals:
    """Return the wire form of a day."""
    midnight = datetime.combine(stored.day, datetime.min.time(), UTC)
    complete_at = midnight + timedelta(days=1) + _LATEST
    return DayTotals(
        day=stored.day.isoformat(),
        is_complete=counted_until is not None and counted_until >= complete_at,
        credits_used=capped(stored.credits_used),
        credits_refunded=capped(stored.credits_refunded),
        credits_purchased=capped(stored.credits_purchased),
        cash_paid_in_cents=capped(stored.cash_paid_in_cents),
        cash_charged_cents=capped(stored.cash_charged_cents),
        cash_refunded_cents=capped(stored.cash_refunded_cents),
    )
