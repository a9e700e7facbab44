"""The check that a measurement has left the books in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from partner_api.clock import Clock
from partner_api.database.connection import connect
from partner_api.reconciliation.run import reconcile
from rig.command import CONSOLE, MeasurementError

if TYPE_CHECKING:
    from partner_api.database.location import DatabaseLocation
    from partner_api.reconciliation.rules import Reconciliation

_SHOWN = 5


def require_clean_books(location: DatabaseLocation) -> None:
    """Recompute all balances.

    Raises:
        MeasurementError: one of them differs.
    """
    with CONSOLE.status("Checking the books …"):
        found = asyncio.run(_reconcile(location.application_url))
    if found.mismatches_found:
        first = "\n".join(str(mismatch) for mismatch in found.mismatches[:_SHOWN])
        raise MeasurementError(f"the books differ in {found.mismatches_found:,} places:\n{first}")


async def _reconcile(url: str) -> Reconciliation:
    connection = await connect(url)
    try:
        return await reconcile(connection, Clock().now())
    finally:
        await connection.close()
