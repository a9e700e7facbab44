"""SQL of what falls due: of each partner, what its leases come to by day, as ``47_lease_totals.sql`` counts them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import read_rows
from partner_api.leases.listed_store import LISTED_COLUMNS, LISTED_JOINS, ListedLease

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection
    from partner_api.leases.store import LeasePosition


class Span(NamedTuple):
    """A part of a calendar month: its rows of that length whose position is from ``first`` on and before ``until``."""

    seconds: int
    first: int
    until: int


class DayRange(NamedTuple):
    """From when to when, the end not included, the oldest unpaid month of a lease begins."""

    since: datetime
    until: datetime


class PartnerLine(Struct, frozen=True):
    """A partner with assigned leases: its cash, its totals, and when in a month how much of it begins.

    ``positions``, ``leases_at`` and ``cents_at`` are side by side, an element for each day of a month that has any;
    ``begun_leases`` and ``begun_cents`` are the sums of the spans that were asked for.
    """

    tenant_id: int
    organization_id: UUID
    name: str
    balance_cents: int
    leases: int
    monthly_cents: Decimal
    next_months: int
    settled_cents: Decimal
    positions: list[int]
    leases_at: list[int]
    cents_at: list[Decimal]
    begun_leases: int
    begun_cents: Decimal


_DAY_SECONDS = 86_400


async def list_partner_lines(
    connection: Connection,
    begun: Sequence[Span],
    *,
    organization_id: UUID | None,
    before: UUID | None,
    limit: int | None,
) -> list[PartnerLine]:
    """Return partners with assigned leases, newest first. Crosses tenants.

    Of each partner it reads the days of a month, at most 31 rows, and those of the spans.

    Args:
        connection: any.
        begun: spans to sum up, none of them of a day's length.
        organization_id: only this partner.
        before: only those with a smaller id.
        limit: how many; None: all.
    """
    spans = [Span(_DAY_SECONDS, 0, 31 * _DAY_SECONDS), *begun]
    rows = await connection.fetch(
        f"""
        SELECT w.tenant_id, w.organization_id, o.name, w.balance_cents, t.leases,
               t.monthly_cents, t.next_months, t.settled_cents,
               array_agg(c.position) FILTER (WHERE c.span_seconds = {_DAY_SECONDS}) AS positions,
               array_agg(c.leases) FILTER (WHERE c.span_seconds = {_DAY_SECONDS}) AS leases_at,
               array_agg(c.monthly_cents) FILTER (WHERE c.span_seconds = {_DAY_SECONDS}) AS cents_at,
               coalesce(sum(c.leases) FILTER (WHERE c.span_seconds < {_DAY_SECONDS}), 0)::bigint AS begun_leases,
               coalesce(sum(c.monthly_cents) FILTER (WHERE c.span_seconds < {_DAY_SECONDS}), 0) AS begun_cents
          FROM cash_wallets w
          JOIN tenants n ON n.id = w.tenant_id AND n.env = 'live'
          JOIN organizations o ON o.tenant_id = w.tenant_id AND o.id = w.organization_id
          JOIN lease_totals t ON t.tenant_id = w.tenant_id AND t.leases > 0
         CROSS JOIN unnest($1::integer[], $2::integer[], $3::integer[]) AS s (span, first, until)
          JOIN lease_calendar c
            ON c.tenant_id = w.tenant_id AND c.span_seconds = s.span AND c.position >= s.first AND c.position < s.until
         WHERE w.currency = 'USD'
           AND ($4::uuid IS NULL OR w.organization_id = $4) AND ($5::uuid IS NULL OR w.organization_id < $5)
         GROUP BY w.tenant_id, w.organization_id, o.name, w.balance_cents, t.leases, t.monthly_cents, t.next_months,
                  t.settled_cents
         ORDER BY w.organization_id DESC LIMIT $6
        """,
        *([list(each) for each in zip(*spans, strict=True)]),
        organization_id,
        before,
        limit,
    )
    return read_rows(PartnerLine, rows)


async def list_leases_of_day(
    connection: Connection,
    now: datetime,
    *,
    ranges: Sequence[DayRange],
    days_of_month: tuple[int, int],
    tenant_id: int | None,
    after: LeasePosition | None,
    limit: int,
) -> list[ListedLease]:
    """Return a page of the assigned leases of which a month begins on some day.

    They are in the order in which their oldest unpaid months begin, then of their ids.

    Args:
        connection: any.
        now: decides when each is renewed next.
        ranges: in which their oldest unpaid month may begin, the earliest first; they do not overlap.
        days_of_month: the first and the last day of a month on which they were assigned.
        tenant_id: only of this tenant.
        after: the last lease of the page before, with when its oldest unpaid month begins.
        limit: how many.
    """
    found: list[ListedLease] = []
    for one in ranges:
        if len(found) < limit and (after is None or after.assigned_at < one.until):
            found += await _list_leases_of_range(
                connection, now, one, days_of_month, tenant_id, after, limit - len(found)
            )
    return found


async def _list_leases_of_range(
    connection: Connection,
    now: datetime,
    within: DayRange,
    days_of_month: tuple[int, int],
    tenant_id: int | None,
    after: LeasePosition | None,
    limit: int,
) -> list[ListedLease]:
    """Return leases whose oldest unpaid month begins in a range. Crosses tenants.

    Tenant by tenant, so that an index finds them: no index has the time of all tenants' leases.
    """
    rows = await connection.fetch(
        f"""
        WITH due AS MATERIALIZED (
            SELECT f.tenant_id, f.social_account_id
              FROM lease_totals w
              JOIN tenants t ON t.id = w.tenant_id AND t.env = 'live'
             CROSS JOIN LATERAL (
                   SELECT l.tenant_id, l.social_account_id, l.next_due_at FROM leases l
                    WHERE l.tenant_id = w.tenant_id AND l.status = 'assigned'
                      AND l.billing_status = ANY ('{{current, past_due}}')
                      AND l.next_due_at >= $2 AND l.next_due_at < $3
                      AND extract(day FROM l.assigned_at AT TIME ZONE 'UTC') BETWEEN $4::integer AND $5::integer
                      AND ($7::timestamptz IS NULL OR (l.next_due_at, l.social_account_id) > ($7, $8::uuid))
                    ORDER BY l.next_due_at, l.social_account_id LIMIT $9) f
             WHERE $6::bigint IS NULL OR w.tenant_id = $6
             ORDER BY f.next_due_at, f.social_account_id LIMIT $9
        )
        SELECT {LISTED_COLUMNS}
          FROM due
          JOIN leases l ON l.tenant_id = due.tenant_id AND l.social_account_id = due.social_account_id {LISTED_JOINS}
         ORDER BY l.next_due_at, l.social_account_id
        """,
        now,
        *within,
        *days_of_month,
        tenant_id,
        *(after or (None, None)),
        limit,
    )
    return read_rows(ListedLease, rows)
