"""What a row of a comparison means; ``database.comparing`` makes their SQL."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    Differences = Sequence[Sequence[Any]] | None
    """A ``difference_list`` as its column comes: rule, what is different, expected and found of each."""

_NO_VALUE = "none"
# How a time ends that PostgreSQL has written in JSON.
_UTC_SUFFIX = "+00:00"


def mismatch(
    tenant_id: int, organization_id: UUID | None, subject: str, difference: Sequence[Any]
) -> Mismatch:
    """Return what a difference says of a subject: rule, what is different, expected, and found."""
    rule, what, expected, found = difference
    return Mismatch(
        Rule(rule),
        tenant_id,
        organization_id,
        f"{subject} {what}" if what else subject,
        _readable(expected),
        _readable(found),
    )


def mismatches(
    tenant_id: int, organization_id: UUID | None, subject: str, listed: Differences
) -> Iterator[Mismatch]:
    """Yield what a list of differences says of a subject."""
    for difference in listed or ():
        yield mismatch(tenant_id, organization_id, subject, difference)


def _readable(value: Any) -> int | str:
    if value is None:
        return _NO_VALUE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    text = str(value)
    if not text.endswith(_UTC_SUFFIX):
        return text
    at = datetime.fromisoformat(text)
    return format_milliseconds(at) if at.microsecond else format_seconds(at)
