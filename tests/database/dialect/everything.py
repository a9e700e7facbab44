"""The rules applied to a whole function, and to a statement in Python."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.database.dialect import rules
from tests.database.dialect.parsing import is_method, parse_text
from tests.database.dialect.rules import (
    WITHOUT_TENANT,
    wrong_in_function,
    wrong_in_sent_statement,
    wrong_in_statement,
)
from tests.database.statements import Statement, statements_in_python

if TYPE_CHECKING:
    from tests.database.dialect.catalog import Catalog, Function


def whole_statements() -> list[Statement]:
    """List the statements in Python, without the parts that others of their module are put together from."""
    texts: dict[str, set[str]] = defaultdict(set)
    found = [one for one in statements_in_python() if not is_method(one.text)]
    for one in found:
        texts[_module(one)].add(one.text)
    return [
        one
        for one in found
        if not any(one.text in other and one.text != other for other in texts[_module(one)])
    ]


def _module(statement: Statement) -> str:
    """Return where a constant would stand that the statement has a part from."""
    return ".".join(statement.place.split(".")[:2])


def wrong_in_whole_function(function: Function, catalog: Catalog) -> list[str]:
    """List what is wrong with a function and with each of its statements."""
    crosses = function.name in WITHOUT_TENANT
    found = wrong_in_function(function, catalog)
    for tree in function.body.statements:
        statement = rules.Statement(tree, function.body.variables, crosses)
        found += wrong_in_statement(statement, catalog)
    return found


def wrong_in_python(statement: Statement, catalog: Catalog) -> list[str]:
    """List what is wrong with a statement that the server sends."""
    tree = parse_text(statement.text)
    if tree is None:
        return [f"cannot be read: {' '.join(statement.text.split())[:60]}"]
    read = rules.Statement(tree, crosses=statement.is_marked)
    return [*wrong_in_statement(read, catalog), *wrong_in_sent_statement(read, catalog)]
