"""What happens next: one of the operations, as often as its weight says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.simulation import (
    cash_operations,
    claim_operations,
    credit_operations,
    job_operations,
    lease_operations,
    organization_operations,
    repeated_requests,
    sweep_operations,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partner_api.simulation.chances import Chances
    from partner_api.simulation.operations import Operation

    Draw = Callable[[Chances, datetime], Operation | None]

_WEIGHTS: tuple[tuple[Draw, float], ...] = (
    (job_operations.start, 23),
    (claim_operations.claim, 4),
    (claim_operations.heartbeat, 3),
    (claim_operations.complete, 4),
    (claim_operations.fail, 2),
    (job_operations.cancel, 3),
    (credit_operations.allocate, 10),
    (credit_operations.grant_or_purchase, 5),
    (credit_operations.adjust, 4),
    (credit_operations.refund, 3),
    (credit_operations.configure, 3),
    (credit_operations.subscribe, 4),
    (credit_operations.read, 5),
    (repeated_requests.repeat, 4),
    (cash_operations.post, 3),
    (cash_operations.refund, 1),
    (lease_operations.request, 3),
    (lease_operations.fulfil, 2.5),
    (lease_operations.reject, 0.6),
    (lease_operations.release, 1),
    (lease_operations.recall, 0.8),
    (lease_operations.price, 1),
    (sweep_operations.sweep, 6),
    (organization_operations.open_child, 2),
    (organization_operations.open_project, 1),
    (organization_operations.migrate, 0.7),
    (organization_operations.suspend, 0.4),
    (organization_operations.resume, 2),
    (organization_operations.archive, 0.2),
)
_DRAWS = [draw for draw, _ in _WEIGHTS]
_SHARES = [weight for _, weight in _WEIGHTS]
# Jobs do not wait for long, so workers come to them out of turn.
_WORKERS_TURN = 0.3


def draw_operation(chances: Chances, now: datetime) -> Operation:
    """Draw the next operation, and whether and where its process is killed."""
    operation = None
    if chances.happens(_WORKERS_TURN):
        operation = claim_operations.work_on(chances, now)
    while operation is None:
        (draw,) = chances.random.choices(_DRAWS, _SHARES)
        operation = draw(chances, now)
    operation.kill_point = chances.kill_point(operation.statements)
    return operation
