"""What Citus refuses, or does to no good, as rules: each takes a statement or a function and lists what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pglast import ast
from tests.database.dialect.catalog import HOLD, Catalog, Function, called_name
from tests.database.dialect.parsing import walk
from tests.database.dialect.tenants import alias_of, scattered_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

_TENANT_ARGUMENT = "p_tenant_id"
_HOLDING = f"SELECT {HOLD}({_TENANT_ARGUMENT})"
# What runs as the owner and takes no tenant, with the reason. Each finds the tenants first, and goes on for one each.
WITHOUT_TENANT = {
    "audit_expire": "drops the partitions of a month, which have rows of every tenant",
    "jobs_waiting_tenants": "steps from tenant to tenant in the queue of jobs",
    "audit_partitions_ensure": "makes the partitions of the coming months",
}
# What is called by the server and does not hold one tenant first, with the reason.
HELD_OTHERWISE = {
    "leases_renew": "holds each of its tenants when it comes to it",
    "leases_rehearse": "has leases_renew do it, and takes it back",
    "organization_change": "holds both tenants of a partner",
    "partner_onboard": "holds the tenants of both environments",
}


class Statement(NamedTuple):
    """A statement that the server or a function sends."""

    tree: ast.Node
    variables: frozenset[str] = frozenset()
    crosses: bool = False
    """Whether it looks across tenants on purpose."""


def wrong_in_statement(statement: Statement, catalog: Catalog) -> list[str]:
    """List what Citus refuses in a statement of the server or of a function."""
    if not _names_tables(statement.tree, catalog):
        return []
    return [
        *_scattered(statement, catalog),
        *_changing_calls(statement.tree, catalog),
        *_conflict_calls(statement.tree, catalog),
        *_queries_in_queries(statement.tree, catalog),
        *_whole_rows(statement.tree, catalog),
        *_elements(statement.tree),
        *_row_addresses(statement.tree),
    ]


def wrong_in_sent_statement(statement: Statement, catalog: Catalog) -> list[str]:
    """List what keeps a call by the server from being sent whole to the tenant's node."""
    called = [name for name in catalog.calls(statement.tree) if name in catalog.entries]
    if not called:
        return []
    found = []
    (name, *others) = called
    own = {one.name for one in catalog.functions}
    if others or any(one in own and one != name for one in catalog.calls(statement.tree)):
        found.append(f"calls more than {name}()")
    sources = getattr(statement.tree, "fromClause", None) or ()
    if not isinstance(statement.tree, ast.SelectStmt) or any(
        not isinstance(one, ast.RangeFunction) for one in sources
    ):
        found.append(f"does more than call {name}()")
    call = next(
        one
        for one in walk(statement.tree)
        if isinstance(one, ast.FuncCall) and called_name(one) == name
    )
    entry = next(one for one in catalog.functions if one.name == name)
    if entry.arguments[:1] == (_TENANT_ARGUMENT,) and not _is_parameter(call.args[0]):
        found.append(f"names the tenant of {name}() by more than a parameter")
    return found


def wrong_in_function(function: Function, catalog: Catalog) -> list[str]:
    """List what Citus refuses of a function as a whole."""
    found = []
    if function.language == "sql" and (
        function.volatility == "v" or function.name in catalog.touching
    ):
        found.append("is of language SQL, and more than a computation of its arguments")
    if function.is_entry and function.name in catalog.touching:
        if function.name in WITHOUT_TENANT:
            pass
        elif function.arguments[:1] != (_TENANT_ARGUMENT,):
            found.append("runs as the owner, and does not take a tenant first")
        elif function.name in HELD_OTHERWISE:
            return found
        elif function.name in catalog.writing and function.body.first != _HOLDING:
            found.append("writes, and does not hold the tenant first")
    called = catalog.calls(tuple(function.body.statements))
    if called.count(HOLD) > (function.is_entry or function.name not in catalog.called):
        found.append("holds a tenant that its caller holds")
    if any(name in catalog.entries for name in called):
        found.append("calls what the server calls")
    return found


def _scattered(statement: Statement, catalog: Catalog) -> Iterator[str]:
    scattered = scattered_tables(statement.tree, catalog.tables, statement.variables)
    if not statement.crosses:
        yield from (f"reads or writes {table} of more than one tenant" for table in scattered)
        return
    nodes = list(walk(statement.tree))
    if not scattered:
        yield "is said to cross tenants, and is of one"
    if any(isinstance(one, ast.LockingClause) for one in nodes):
        yield "locks rows across tenants"
    if any(isinstance(one, ast.WithClause) and one.recursive for one in nodes):
        yield "repeats itself across tenants"
    # In its place, a subquery may name the tenant of what stands beside it.
    names = {alias_of(one) for one in nodes if isinstance(one, ast.RangeVar | ast.RangeSubselect)}
    for one in nodes:
        if isinstance(one, ast.RangeSubselect) and one.lateral:
            inside = scattered_tables(one.subquery, catalog.tables, statement.variables, names)
            yield from (f"joins LATERAL to {table} without its tenant" for table in inside)


def _changing_calls(tree: ast.Node, catalog: Catalog) -> Iterator[str]:
    """Calls in UPDATE and DELETE: none whose result may change, and in what is set or returned only constant ones."""
    for node in walk(tree):
        if not isinstance(node, ast.UpdateStmt | ast.DeleteStmt):
            continue
        if node.relation.relname not in catalog.tables:
            continue
        for name in catalog.calls(node):
            if catalog.volatility(name) == "v":
                yield f"calls {name}() in an UPDATE or DELETE"
        for part in (getattr(node, "targetList", None), node.returningClause):
            for name in catalog.calls(part):
                if catalog.volatility(name) == "s":
                    yield f"calls {name}() in what an UPDATE sets or returns"


def _conflict_calls(tree: ast.Node, catalog: Catalog) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.OnConflictClause):
            for name in catalog.calls(node):
                if catalog.volatility(name) != "i":
                    yield f"calls {name}() in DO UPDATE"
            # A time and a span of time: the sum depends on the session's time zone, but for times without one.
            for one in () if "timezone" in catalog.calls(node) else walk(node):
                if isinstance(one, ast.TypeCast) and one.typeName.names[-1].sval == "interval":
                    yield "reckons with an interval in DO UPDATE"


def _queries_in_queries(tree: ast.Node, catalog: Catalog) -> Iterator[str]:
    for name in catalog.calls(tree):
        if name in catalog.touching:
            yield f"calls {name}(), which has statements on tenants' tables, in one"


def _whole_rows(tree: ast.Node, catalog: Catalog) -> Iterator[str]:
    aliases = {
        node.alias.aliasname if node.alias else node.relname
        for node in walk(tree)
        if isinstance(node, ast.RangeVar) and node.relname in catalog.tables
    }
    for node in walk(tree):
        if isinstance(node, ast.ColumnRef) and len(node.fields) == 1:
            (field,) = node.fields
            if isinstance(field, ast.String) and field.sval in aliases:
                yield f"uses a whole row of {field.sval}"


def _elements(tree: ast.Node) -> Iterator[str]:
    """An element as it is; one within an expression is a value like others."""
    for node in walk(tree):
        if isinstance(node, ast.UpdateStmt | ast.OnConflictClause) and any(
            _is_element(target.val) for target in node.targetList or ()
        ):
            yield "sets a column to an element of an array"


def _is_element(value: ast.Node) -> bool:
    while isinstance(value, ast.TypeCast):
        value = value.arg
    return isinstance(value, ast.A_Indirection) and any(
        isinstance(one, ast.A_Indices) for one in value.indirection
    )


def _row_addresses(tree: ast.Node) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.ColumnRef) and any(
            isinstance(field, ast.String) and field.sval == "ctid" for field in node.fields
        ):
            yield "uses ctid"


def _names_tables(tree: ast.Node, catalog: Catalog) -> bool:
    return any(
        isinstance(node, ast.RangeVar) and node.relname in catalog.tables for node in walk(tree)
    )


def _is_parameter(node: ast.Node) -> bool:
    while isinstance(node, ast.TypeCast):
        node = node.arg
    return isinstance(node, ast.ParamRef)
