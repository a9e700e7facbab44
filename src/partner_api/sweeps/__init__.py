"""Background work: due rows, advanced in bounded steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.sweeps.books import Books
from partner_api.sweeps.claims import Claims
from partner_api.sweeps.expiries import Expiries
from partner_api.sweeps.periods import Periods
from partner_api.sweeps.renewals import Renewals
from partner_api.sweeps.retention import AuditPartitions, IdempotencyRecords, Outbox
from partner_api.sweeps.sandbox import SandboxJobs, SandboxRequests
from partner_api.sweeps.uploads import Uploads

if TYPE_CHECKING:
    from partner_api.generation.storage import Storage
    from partner_api.sweeps.sweep import Sweep


def all_sweeps(storage: Storage) -> tuple[Sweep, ...]:
    """Make every sweep; ``storage`` has the files of generated content."""
    return (
        Expiries(),
        Claims(),
        Periods(),
        Renewals(),
        SandboxRequests(),
        SandboxJobs(storage),
        IdempotencyRecords(),
        Outbox(),
        AuditPartitions(),
        Uploads(storage),
        Books(),
    )
