"""The division of LAYERS_SHUTDOWN_SECONDS, the limit of a whole server's stop, among its steps."""

from __future__ import annotations

from typing import NamedTuple

# How long the steps after the requests take; with a smaller total than the second number, in proportion less.
_USUAL_TOTAL_SECONDS = 5.0


class ShutdownPlan(NamedTuple):
    """The deadline of each step, in seconds since the stop was asked for."""

    requests: float
    """Requests and jobs in flight; what is not done then is cut off or returned."""
    parts: float
    """All parts but the database and the one that archives it; what is left is killed."""
    archive: float
    """What the others have committed is archived; then the part that does it is killed."""
    database: float
    """The database's orderly shutdown; then it is told to end at once."""
    everything: float
    """The end; what is left is killed."""


def plan_shutdown(total_seconds: float) -> ShutdownPlan:
    """Divide the seconds of a stop; a step that ends early leaves the rest unused."""
    scale = min(1.0, total_seconds / _USUAL_TOTAL_SECONDS)
    return ShutdownPlan(
        total_seconds - 2.5 * scale,
        total_seconds - 1.5 * scale,
        total_seconds - 1.2 * scale,
        total_seconds - 0.7 * scale,
        total_seconds - 0.2 * scale,
    )
