"""SQL of daily totals across tenants: the operator's view of them, and what is left to count."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.looks import look
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection


class DayTotals(Struct, frozen=True):
    """What the ledgers of some partners and their children come to on a day in UTC."""

    day: date
    credits_used: int = 0
    credits_refunded: int = 0
    credits_purchased: int = 0
    cash_paid_in_cents: int = 0
    cash_charged_cents: int = 0
    cash_refunded_cents: int = 0


_SUMS = columns_of(
    DayTotals,
    "d",
    **{name: f"sum(d.{name})::bigint" for name in DayTotals.__struct_fields__ if name != "day"},
)


async def list_days(
    connection: Connection, first: date, last: date, partner_id: UUID | None
) -> list[DayTotals]:
    """Return the days from the first to the last on which anything was, newest first. Crosses tenants.

    Args:
        connection: any.
        first: the oldest day.
        last: the newest.
        partner_id: only of this partner and its children.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_SUMS} FROM daily_totals d JOIN tenants t ON t.id = d.tenant_id
         WHERE t.env = 'live' AND d.day BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR t.partner_id = $3)
         GROUP BY d.day ORDER BY d.day DESC
        """,
        first,
        last,
        partner_id,
    )
    return read_rows(DayTotals, rows)


async def first_day(connection: Connection) -> date | None:
    """Return the oldest day on which anything was; None when nothing is counted. Crosses tenants."""
    day: date | None = await connection.fetchval("SELECT min(day) FROM daily_totals")
    return day


async def read_progress(connection: Connection) -> datetime | None:
    """Return up to when everything is counted that was committed by then; None before the first time."""
    until: datetime | None = await connection.fetchval(
        "SELECT counted_until FROM daily_totals_progress"
    )
    return until


async def save_progress(connection: Connection, counted_until: datetime) -> None:
    """Store that what was committed by then is counted. An earlier time than before changes nothing."""
    await connection.execute(
        """
        INSERT INTO daily_totals_progress AS p (counted_until) VALUES ($1)
        ON CONFLICT (single) DO UPDATE SET counted_until = excluded.counted_until
         WHERE p.counted_until < excluded.counted_until
        """,
        counted_until,
    )


async def tenants_behind(
    connection: Connection, after: int, limit: int, without: Sequence[int] = ()
) -> list[int]:
    """Return the next live tenants by id that have ledger rows which are not counted. Crosses tenants.

    It compares where each wallet is with where it is counted to, so it takes as long as there are wallets, however
    long their ledgers are.

    Args:
        connection: any.
        after: only tenants with a higher id.
        limit: how many at most.
        without: tenants that do not count.
    """
    rows = await look(
        connection,
        """
        SELECT DISTINCT b.tenant_id FROM (
            SELECT w.tenant_id FROM wallets w
              JOIN tenants t ON t.id = w.tenant_id AND t.env = 'live'
              LEFT JOIN daily_totals_counted c
                ON /* reached: c.tenant_id */ c.tenant_id = w.tenant_id AND c.ledger = 'credits'
               AND c.organization_id = w.organization_id
             WHERE /* reached: w.tenant_id */ w.tenant_id > $1 AND w.last_sequence > coalesce(c.sequence, 0)
            UNION ALL
            SELECT w.tenant_id FROM cash_wallets w
              JOIN tenants t ON t.id = w.tenant_id AND t.env = 'live'
              LEFT JOIN daily_totals_counted c
                ON /* reached: c.tenant_id */ c.tenant_id = w.tenant_id AND c.ledger = 'cash'
               AND c.organization_id = w.organization_id
             WHERE /* reached: w.tenant_id */ w.tenant_id > $1 AND w.last_sequence > coalesce(c.sequence, 0)) b
         WHERE b.tenant_id <> ALL ($3::bigint[])
         ORDER BY b.tenant_id LIMIT $2
        """,
        after,
        limit,
        without,
    )
    return [row["tenant_id"] for row in rows]
