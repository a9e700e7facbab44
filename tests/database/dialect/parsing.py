"""The statements of the product as trees: PostgreSQL's own parser, for SQL and for PL/pgSQL."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pglast import ast, parse_sql
from pglast.parser import ParseError, parse_plpgsql_json

if TYPE_CHECKING:
    from collections.abc import Iterator

# The ways of writing an expression where PL/pgSQL keeps one: PLpgSQL_expr.parseMode.
_STATEMENT, _EXPRESSION = 0, 2
# What only the run knows; not an empty array, nor how often something comes in a regular expression.
_BLANK = re.compile(r"(?<!')\{[a-z_]*\}(?!')")
# What stands for it, so that the rest can be read: for one that has a name, and what is tried for one that has none.
_NAMED = {
    "asked": "(SELECT $1, $2, 1) AS asked (tenant_id, id, position)",
    "currency": "",
    "events": "credit_events",
    "hash": "credit_event_hash",
    "match": "",
    "source": "(SELECT $1) AS s (tenant_id)",
    "start": "1",
    "tenants": "= $1",
    "wallets": "wallets",
    "whose": "",
}
_FILLINGS = ("x", "TRUE", "", "(VALUES (1))", "1", "SELECT 1", "WHERE true", "tenants x")
_MOST_CHOSEN = 4
# The type of an array says nothing here, and the parser knows no array of a composite type.
_ARRAY = re.compile(r"\b(?:\w+ with(?:out)? time zone|double precision|\w+)\[\]")
# A request's method and path begin like a statement.
_METHOD = re.compile(r"\s*DELETE(\s*|\s+/\S*)$")


class Body(NamedTuple):
    """What a function of the database does."""

    statements: list[ast.Node]
    """Expressions too, as the SELECT that PL/pgSQL makes of them."""
    variables: frozenset[str]
    first: str | None
    """The first statement as PL/pgSQL keeps it, without what a DECLARE computes."""


def is_method(text: str) -> bool:
    """Return whether this only looks like a statement: the method of a request."""
    return _METHOD.match(text) is not None


def parse_text(text: str) -> ast.Node | None:
    """Read one statement of Python; None: what it leaves to the run says too much."""
    text = _BLANK.sub(lambda blank: _NAMED.get(blank[0][1:-1], "{}"), text)
    count = text.count("{}")
    chosen = min(count, _MOST_CHOSEN)
    for fillings in itertools.product(_FILLINGS, repeat=chosen):
        parts = iter((*fillings, *[_FILLINGS[0]] * (count - chosen)))
        filled = _BLANK.sub(lambda _, parts=parts: next(parts), text)  # type: ignore[misc]
        # Of a statement that is put together, there may be the beginning alone.
        for whole in (filled, f"{filled} SELECT 1"):
            try:
                (statement,) = parse_sql(whole)
            except (ParseError, ValueError):
                continue
            return statement.stmt
    return None


def parse_sql_body(text: str, variables: frozenset[str] = frozenset()) -> Body:
    """Read the body of a function of language SQL."""
    return Body([one.stmt for one in parse_sql(text)], variables, None)


def parse_plpgsql(definition: str) -> Body:
    """Read a function of language PL/pgSQL from its CREATE FUNCTION."""
    (tree,) = json.loads(parse_plpgsql_json(_ARRAY.sub("text[]", definition)))
    function = tree["PLpgSQL_function"]
    variables = frozenset(_names(function["datums"]))
    statements = [parse_sql(text)[0].stmt for text in _expressions(function)]
    body = function["action"]["PLpgSQL_stmt_block"]["body"]
    first = next(_expressions(body[0]), None) if body else None
    return Body(statements, variables, first)


def walk(node: object) -> Iterator[ast.Node]:
    """Every node of a tree, from the top."""
    if isinstance(node, tuple):
        for one in node:
            yield from walk(one)
    elif isinstance(node, ast.Node):
        yield node
        for name in node:
            yield from walk(getattr(node, name))


def _names(datums: list[dict[str, Any]]) -> Iterator[str]:
    for datum in datums:
        for kind in ("PLpgSQL_var", "PLpgSQL_rec"):
            if kind in datum:
                yield datum[kind]["refname"]


def _expressions(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _expressions(one)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "PLpgSQL_expr":
                yield _as_statement(value["query"], value["parseMode"])
            else:
                yield from _expressions(value)


def _as_statement(text: str, mode: int) -> str:
    if mode == _STATEMENT:
        return text
    if mode == _EXPRESSION:
        return f"SELECT {text}"
    # An assignment; its target may have an index, but no other sign of equality.
    return f"SELECT {re.split(r':?=', text, maxsplit=1)[1]}"
