"""The check of all books that happens once a day, and when an operator asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from partner_api.reconciliation import record_store
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool
    from partner_api.reconciliation.rules import Reconciliation

_INTERVAL = timedelta(days=1)
_log = structlog.get_logger(__name__)


async def run_daily(pool: Pool, now: datetime) -> Reconciliation | None:
    """Check everything and remember the result, if one was asked for or the last full check began a day ago or more.

    Returns None when none is due or another server runs it. Takes as long as the books are: about
    ninety seconds of the database's time for a million events with as many jobs of the last month.
    It may be cancelled at any time; the next call begins anew.
    """
    async with pool.acquire() as connection:
        if not await _is_due(connection, now):
            return None
    # A wallet of many events has a statement that takes long, and nobody else should go without for it.
    async with pool.beside(command_seconds=None) as connection:
        if not await record_store.claim_daily_check(connection):
            return None
        try:
            # Another server may have finished one between the question and the claim.
            if not await _is_due(connection, now):
                return None
            # What is asked for from here on is another check.
            request = await record_store.find_request(connection)
            result = await reconcile(connection, now)
            await record_store.save_reconciliation(connection, result, request)
        finally:
            await record_store.yield_daily_check(connection)
    report = _log.error if result.mismatches_found else _log.info
    report(
        "books_checked",
        wallets=result.wallets_checked,
        events=result.events_checked,
        mismatches=result.mismatches_found,
        seconds=(result.finished_at - result.started_at).total_seconds(),
    )
    return result


async def _is_due(connection: Connection, now: datetime) -> bool:
    if await record_store.find_request(connection) is not None:
        return True
    last = await record_store.last_reconciliation(connection)
    return last is None or last.started_at <= now - _INTERVAL
