"""Times of rows that a test makes earlier or later by hand."""

from __future__ import annotations


def shifted(column: str, step: str) -> str:
    """SQL for a time that is moved, ``+ interval '1 day'`` or so; reckoned in UTC, whatever the session's time zone.

    A cluster takes nothing in an UPDATE that depends on a setting.
    """
    return f"timezone('UTC', timezone('UTC', {column}) {step})"
