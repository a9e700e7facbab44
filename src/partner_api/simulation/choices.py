"""What happens next: one of the operations, as often as its weight says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.simulation import credit_operations, job_operations, other_operations

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partner_api.simulation.chances import Chances
    from partner_api.simulation.operations import Operation

    Draw = Callable[[Chances, datetime], Operation | None]

_WEIGHTS: tuple[tuple[Draw, float], ...] = (
    (job_operations.start, 24),
    (job_operations.settle, 18),
    (job_operations.release, 5),
    (credit_operations.allocate, 11),
    (credit_operations.grant_or_purchase, 6),
    (credit_operations.adjust, 4),
    (credit_operations.refund, 3),
    (credit_operations.configure, 3),
    (credit_operations.subscribe, 4),
    (other_operations.read, 6),
    (other_operations.repeat, 3),
    (other_operations.post_cash, 3),
    (other_operations.lease, 2),
    (other_operations.sweep, 5),
    (other_operations.open_child, 2),
    (other_operations.suspend, 0.4),
    (other_operations.resume, 2),
    (other_operations.archive, 0.2),
)
_DRAWS = [draw for draw, _ in _WEIGHTS]
_SHARES = [weight for _, weight in _WEIGHTS]
# No operation has more statements than this; a stop that is not reached kills nothing.
_STATEMENTS = 3
# A killed process is told by what it left; where nothing is counted, there is nothing to tell.
_NEVER_KILLED = ("organization", "pool account")


def draw_operation(chances: Chances, now: datetime) -> Operation:
    """Draw the next operation, and whether and where its process is killed."""
    operation = None
    while operation is None:
        (draw,) = chances.random.choices(_DRAWS, _SHARES)
        operation = draw(chances, now)
    if operation.kind not in _NEVER_KILLED:
        # What has a count is a single statement.
        operation.stop = chances.stop(1 if operation.count else _STATEMENTS)
    return operation
