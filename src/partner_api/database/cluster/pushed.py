"""Which functions may be pushed to the tenant's node also from within a transaction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_COMMENT = re.compile(r"--.*")
_CALL = re.compile(r"\b(\w+)\s*\(")


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
    texts = {name: _COMMENT.sub("", body) for name, body in bodies.items()}
    calls = {name: set(_CALL.findall(text)) & bodies.keys() for name, text in texts.items()}
    found = {name for name, text in texts.items() if writes.search(text)}
    while more := {name for name, called in calls.items() if name not in found and called & found}:
        found |= more
    return found
