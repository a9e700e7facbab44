"""Drawing background work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.simulation import work
from partner_api.simulation.operations import Item, Operation, Recovery
from partner_api.sweeps.claims import Claims
from partner_api.sweeps.expiries import Expiries
from partner_api.sweeps.periods import Periods
from partner_api.sweeps.renewals import Renewals
from partner_api.sweeps.retention import AuditPartitions, IdempotencyRecords, Outbox

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.simulation.chances import Chances
    from partner_api.sweeps.sweep import Sweep

_STATEMENTS = 3


def sweep(chances: Chances, now: datetime) -> Operation:
    """Run a step of one of the sweeps."""
    sweeps: tuple[Sweep, ...] = (
        Claims(),
        Claims(),
        Periods(),
        Periods(),
        Expiries(),
        Expiries(),
        Renewals(),
        Renewals(),
        IdempotencyRecords(),
        AuditPartitions(),
        Outbox(),
    )
    return sweeping(now, chances.choose(sweeps))


def sweeping(now: datetime, one: Sweep) -> Operation:
    """Run a step of a sweep, for all tenants."""
    return Operation(
        f"sweep {one.name}",
        work.sweep,
        0,
        now,
        [Item(one)],
        Recovery.ASK_AGAIN,
        statements=_STATEMENTS,
    )


def due_work() -> tuple[Sweep, ...]:
    """Return the sweeps that advance what is due, as opposed to housekeeping."""
    return (Claims(), Expiries(), Periods(), Renewals())
