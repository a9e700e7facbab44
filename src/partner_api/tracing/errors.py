"""What can go wrong with traces at the start; afterwards nothing of them stops anything."""

from __future__ import annotations


class TracingUnavailable(Exception):
    """Traces are asked for and cannot be made; the message says what to do."""
