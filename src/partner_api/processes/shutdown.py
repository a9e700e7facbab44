"""How the time that a stop may take is shared out: LAYERS_SHUTDOWN_SECONDS holds for the whole server."""

from __future__ import annotations

from typing import NamedTuple

# What comes after the requests takes about so long, and with a total below the second number in proportion less.
_USUAL_TOTAL_SECONDS = 5.0


class ShutdownPlan(NamedTuple):
    """When what has to be over, in seconds since the stop was asked for."""

    requests: float
    """Requests and jobs in flight; what is not done then is cut off or given back."""
    parts: float
    """All parts but the database; what is left is killed."""
    database: float
    """The database's orderly shutdown; then it is told to end at once."""
    everything: float
    """What is left is killed."""


def plan_shutdown(total_seconds: float) -> ShutdownPlan:
    """Share out the seconds of a stop; nothing is used of them that is not needed."""
    scale = min(1.0, total_seconds / _USUAL_TOTAL_SECONDS)
    return ShutdownPlan(
        total_seconds - 2.5 * scale,
        total_seconds - 1.5 * scale,
        total_seconds - 0.7 * scale,
        total_seconds - 0.2 * scale,
    )
