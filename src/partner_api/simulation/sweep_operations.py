"""Drawing background work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.simulation import work
from partner_api.simulation.operations import Item, Operation, Recovery
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.events import PublishEvents
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.renewals import RenewLeases
from partner_api.sweeps.retention import PurgeIdempotencyRecords, PurgeOutbox, RotateAuditPartitions

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.simulation.chances import Chances
    from partner_api.sweeps.sweep import Sweep

_STATEMENTS = 3


def sweep(chances: Chances, now: datetime) -> Operation:
    """Run a step of one of the sweeps."""
    sweeps: tuple[Sweep, ...] = (
        ExpireClaims(),
        ExpireClaims(),
        EndPeriods(),
        EndPeriods(),
        ExpireJobs(),
        PublishEvents(),
        RenewLeases(),
        RenewLeases(),
        PurgeIdempotencyRecords(),
        RotateAuditPartitions(),
        PurgeOutbox(),
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
    return (ExpireClaims(), ExpireJobs(), EndPeriods(), RenewLeases(), PublishEvents())
