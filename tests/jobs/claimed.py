"""Jobs that a worker has claimed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.operations import started
from tests.support.tenants import make_partner
from tests.support.working import (
    claim,
)

if TYPE_CHECKING:
    from tests.support.tenants import Wallet
    from tests.support.working import Claim

    from partner_api.database.connection import Connection


MINUTE = timedelta(minutes=1)


async def claimed(connection: Connection, credits: int = 100) -> tuple[Wallet, Claim]:
    """A partner with 500 credits and a job in the hands of a worker."""
    partner = await make_partner(connection, prepaid=500)
    await started(connection, partner, credits)
    (held,) = await claim(connection, partner)
    return partner, held
