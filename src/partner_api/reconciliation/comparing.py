"""Pieces of SQL that compare values, and what a row with the result means."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

_NO_VALUE = "none"
# How a time ends that PostgreSQL has written in JSON.
_UTC_SUFFIX = "+00:00"
# Months of a calendar that PostgreSQL can add to any date of ours: a number that is out of all reason
# is a difference and must not make the check fail.
_MOST_MONTHS = 12_000


def compare(rule: Rule, what: str, expected: str, found: str, when: str = "true") -> str:
    """Make a query of one row if two SQL expressions differ while ``when`` holds, and of none else.

    Its columns are the rule, ``what`` is different, and both values as jsonb. They are written out
    for those that differ only, so a comparison costs next to nothing.
    """
    return (
        f"SELECT '{rule}', '{what}', to_jsonb({expected}), to_jsonb({found}) "
        f"WHERE {when} AND ({expected}) IS DISTINCT FROM ({found})"
    )


def require(rule: Rule, what: str, condition: str, when: str = "true") -> str:
    """Make the like for a condition that has to be true."""
    return compare(rule, what, "true", f"coalesce({condition}, false)", when)


def differences(*comparisons: str) -> str:
    """Make one query of several comparisons: ``rule``, ``what``, ``expected``, ``found``."""
    return (
        "(SELECT * FROM ("
        + " UNION ALL ".join(comparisons)
        + ") compared (rule, what, expected, found))"
    )


def difference_list(*comparisons: str) -> str:
    """Make an expression of several comparisons: a JSON array of their rows, NULL without any."""
    return (
        "(SELECT jsonb_agg(jsonb_build_array(d.rule, d.what, d.expected, d.found)) FROM "
        + differences(*comparisons)
        + " d)"
    )


def month_start(anchor: str, month: str) -> str:
    """Make an expression for when a month begins that is counted from an anchor."""
    return f"(CASE WHEN {month} BETWEEN 0 AND {_MOST_MONTHS} THEN lease_month_start({anchor}, {month}) END)"


def mismatch(
    tenant_id: int, organization_id: UUID | None, subject: str, difference: Sequence[Any]
) -> Mismatch:
    """What a difference says of a subject: rule, what is different, expected, and found."""
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
    tenant_id: int, organization_id: UUID | None, subject: str, listed: Sequence[Any] | None
) -> Iterator[Mismatch]:
    """What a list of differences says of a subject."""
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
