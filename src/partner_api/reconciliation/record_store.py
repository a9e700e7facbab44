"""SQL of the full checks that were made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from partner_api.database.rows import columns_of, read_returned, read_row, read_rows
from partner_api.ids import new_uuid7
from partner_api.reconciliation.rules import Mismatch, Reconciliation

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Row

# The key of an advisory lock for all servers of a database; it must not change.
_DAILY_LOCK = 0x7265636F6E


class _Stored(msgspec.Struct, rename="camel"):
    """The column ``mismatches``: how many there were, and the first of them."""

    found: int
    listed: list[Mismatch]


class CheckRequest(msgspec.Struct, frozen=True):
    """A full check that was asked for and is not finished."""

    id: UUID
    """The check's, when it is finished."""
    requested_at: datetime


class RecordedCheck(msgspec.Struct, frozen=True):
    """A full check that was made, without what it found."""

    id: UUID
    started_at: datetime
    finished_at: datetime
    wallets_checked: int
    events_checked: int
    mismatches_found: int


async def request_check(connection: Connection, request_id: UUID, now: datetime) -> CheckRequest:
    """Ask for a full check; while one that was asked for is not finished, return that one."""
    # Where there is one already, this locks it, so that it does not end meanwhile.
    row = await connection.fetchrow(
        f"""
        INSERT INTO reconciliation_requests (id, requested_at) VALUES ($1, $2)
        ON CONFLICT (single) DO UPDATE SET single = true RETURNING {columns_of(CheckRequest)}
        """,
        request_id,
        now,
    )
    return read_returned(CheckRequest, row)


async def find_request(connection: Connection) -> CheckRequest | None:
    """Return the check that was asked for and is not finished; None when there is none."""
    row = await connection.fetchrow(
        f"SELECT {columns_of(CheckRequest)} FROM reconciliation_requests"
    )
    return read_row(CheckRequest, row)


async def save_reconciliation(
    connection: Connection, result: Reconciliation, request: CheckRequest | None = None
) -> None:
    """Store a full check. It lists at most the `run.MISMATCHES_KEPT` mismatches that the result does.

    Args:
        connection: any.
        result: the check.
        request: what it answers; from now on that is finished.
    """
    async with connection.transaction():
        if request is not None:
            await connection.execute(
                "DELETE FROM reconciliation_requests WHERE id = $1", request.id
            )
        await _insert(connection, result, request)


async def _insert(
    connection: Connection, result: Reconciliation, request: CheckRequest | None
) -> None:
    await connection.execute(
        """
        INSERT INTO reconciliations
            (id, started_at, finished_at, wallets_checked, events_checked, mismatches)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        new_uuid7(result.started_at) if request is None else request.id,
        result.started_at,
        result.finished_at,
        result.wallets_checked,
        result.events_checked,
        _Stored(result.mismatches_found, result.mismatches),
    )


async def last_reconciliation(connection: Connection) -> Reconciliation | None:
    """Return the newest full check; None before the first."""
    return _read(
        await connection.fetchrow(
            """
            SELECT started_at, finished_at, wallets_checked, events_checked, mismatches
              FROM reconciliations ORDER BY finished_at DESC LIMIT 1
            """
        )
    )


async def find_reconciliation(connection: Connection, check_id: UUID) -> Reconciliation | None:
    """Return a full check; None when there is none with this id, or it is not finished."""
    return _read(
        await connection.fetchrow(
            """
            SELECT started_at, finished_at, wallets_checked, events_checked, mismatches
              FROM reconciliations WHERE id = $1
            """,
            check_id,
        )
    )


async def list_reconciliations(
    connection: Connection, before: tuple[datetime, UUID] | None, limit: int
) -> list[RecordedCheck]:
    """Return a page of the full checks, the one that finished last first.

    Args:
        connection: any.
        before: when the last one of the page before finished, and its id.
        limit: how many.
    """
    finished_at, check_id = before or (None, None)
    rows = await connection.fetch(
        """
        SELECT id, started_at, finished_at, wallets_checked, events_checked,
               (mismatches ->> 'found')::bigint AS mismatches_found
          FROM reconciliations
         WHERE $1::timestamptz IS NULL OR (finished_at, id) < ($1, $2::uuid)
         ORDER BY finished_at DESC, id DESC LIMIT $3
        """,
        finished_at,
        check_id,
        limit,
    )
    return read_rows(RecordedCheck, rows)


def _read(row: Row | None) -> Reconciliation | None:
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
