"""Pieces of SQL that compare values."""

from __future__ import annotations

# Months of a calendar that PostgreSQL can add to any date of ours: a number that is out of all reason
# is a difference and must not make the check fail.
_MOST_MONTHS = 12_000


def compare(rule: str, what: str, expected: str, found: str, when: str = "true") -> str:
    """Return a query of one row if two SQL expressions differ while ``when`` holds, and of none else.

    Its columns are the rule, ``what`` is different, and both values as jsonb. They are written out
    for those that differ only, so a comparison costs next to nothing.
    """
    return (
        f"SELECT '{rule}', '{what}', to_jsonb({expected}), to_jsonb({found}) "
        f"WHERE {when} AND ({expected}) IS DISTINCT FROM ({found})"
    )


def require(rule: str, what: str, condition: str, when: str = "true") -> str:
    """Return such a query for a condition that has to be true."""
    return compare(rule, what, "true", f"coalesce({condition}, false)", when)


def differences(*comparisons: str) -> str:
    """Combine several comparisons into one query: ``rule``, ``what``, ``expected``, ``found``."""
    return (
        "(SELECT * FROM ("
        + " UNION ALL ".join(comparisons)
        + ") compared (rule, what, expected, found))"
    )


def difference_list(*comparisons: str) -> str:
    """Combine several comparisons into one expression: a JSON array of their rows, NULL without any."""
    return (
        "(SELECT jsonb_agg(jsonb_build_array(d.rule, d.what, d.expected, d.found)) FROM "
        + differences(*comparisons)
        + " d)"
    )


def month_start(anchor: str, month: str) -> str:
    """Return the expression for when a month begins that is counted from an anchor."""
    return f"(CASE WHEN {month} BETWEEN 0 AND {_MOST_MONTHS} THEN lease_month_start({anchor}, {month}) END)"
