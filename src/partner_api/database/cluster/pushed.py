"""What a function may do on a cluster, as its body says: be pushed from within a transaction, and keep its plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_COMMENT = re.compile(r"--.*")
_CALL = re.compile(r"\b(\w+)\s*\(")
_QUERY = re.compile(r"\bSELECT\b", re.IGNORECASE)
_INSERT_OF_QUERY = re.compile(r"\bINSERT\s+INTO\s+\w+\s*\([^()]*\)\s*SELECT\b", re.IGNORECASE)


def functions_that_write(bodies: Mapping[str, str], tables: Collection[str]) -> set[str]:
    """Find the functions that write or lock rows of one of these tables, themselves or through others that they call.

    Of a table that each node has a copy of, all copies are written at once. A function that does so on a tenant's node
    within a transaction of the coordinator would be a second one that writes there, and crashes the node at its commit.
    And one that must run at its tenant's node may read and write rows of no other tenant.

    Args:
        bodies: what each function does, by its name; of several with one name, all bodies in one text.
        tables: their names.
    """
    if not tables:
        return set()
    table = rf"(?:ONLY\s+)?(?:public\.)?(?:{'|'.join(map(re.escape, tables))})\b"
    writes = re.compile(
        rf"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE)\s+{table}"
        rf"|\b(?:FROM|JOIN)\s+{table}[^;]*\bFOR\s+(?:NO\s+KEY\s+|KEY\s+)?(?:UPDATE|SHARE)\b",
        re.IGNORECASE,
    )
    return _with_callers(bodies, lambda text: writes.search(text) is not None)


def functions_that_keep_plans(bodies: Mapping[str, str], tables: Collection[str]) -> set[str]:
    """Find the functions that run queries, none of which looks at a table: on arrays, or to insert what is in them.

    Args:
        bodies: as above.
        tables: names of all that are spread or copied.
    """
    table = rf"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:ONLY\s+)?(?:public\.)?(?:{'|'.join(map(re.escape, tables))})\b"
    looks = re.compile(table, re.IGNORECASE)
    looking = _with_callers(
        bodies, lambda text: looks.search(_INSERT_OF_QUERY.sub("SELECT", text)) is not None
    )
    return {
        name
        for name, body in bodies.items()
        if name not in looking and _QUERY.search(_COMMENT.sub("", body))
    }


def _with_callers(bodies: Mapping[str, str], does: Callable[[str], bool]) -> set[str]:
    texts = {name: _COMMENT.sub("", body) for name, body in bodies.items()}
    calls = {name: set(_CALL.findall(text)) & bodies.keys() for name, text in texts.items()}
    found = {name for name, text in texts.items() if does(text)}
    while more := {name for name, called in calls.items() if name not in found and called & found}:
        found |= more
    return found
