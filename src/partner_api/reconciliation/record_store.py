"""SQL of the full checks that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.ids import new_uuid7
from partner_api.reconciliation.rules import Mismatch, Reconciliation

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# The key of an advisory lock for all servers of a database; it must not change.
_DAILY_LOCK = 0x7265636F6E


class _Stored(msgspec.Struct, rename="camel"):
    """The column ``mismatches``: how many there were, and the first of them."""

    found: int
    listed: list[Mismatch]


async def save_reconciliation(connection: Connection, result: Reconciliation) -> None:
    """Store a full check. It lists at most the `run.MISMATCHES_KEPT` mismatches that the result does."""
    await connection.execute(
        """
        INSERT INTO reconciliations
            (id, started_at, finished_at, wallets_checked, events_checked, mismatches)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        new_uuid7(result.started_at),
        result.started_at,
        result.finished_at,
        result.wallets_checked,
        result.events_checked,
        _Stored(result.mismatches_found, result.mismatches),
    )


async def last_reconciliation(connection: Connection) -> Reconciliation | None:
    """Return the newest full check; None before the first."""
    row = await connection.fetchrow(
        """
        SELECT started_at, finished_at, wallets_checked, events_checked, mismatches
          FROM reconciliations ORDER BY finished_at DESC LIMIT 1
        """
    )
    if row is None:
        return None
    stored = msgspec.convert(row["mismatches"], _Stored)
    return Reconciliation(
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        wallets_checked=row["wallets_checked"],
        events_checked=row["events_checked"],
        mismatches=stored.listed,
        mismatches_found=stored.found,
    )


async def claim_daily_check(connection: Connection) -> bool:
    """Become the one that checks; False while another server does. Ends with the connection's use."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _DAILY_LOCK))


async def yield_daily_check(connection: Connection) -> None:
    """Release the claim, so that others may check."""
    await connection.execute("SELECT pg_advisory_unlock($1)", _DAILY_LOCK)
