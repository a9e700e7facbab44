"""Whether a statement is of one tenant, so that Citus sends it whole to the node that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pglast import ast
from pglast.enums import A_Expr_Kind, BoolExprType, SubLinkType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TENANT = "tenant_id"


def scattered_tables(
    statement: ast.Node,
    tables: frozenset[str],
    variables: frozenset[str],
    outside: Iterable[str] = (),
) -> list[str]:
    """List the tenants' tables of a statement that it does not restrict to one tenant.

    A table is restricted by ``tenant_id = `` a parameter, a constant or a variable, or by being joined on
    ``tenant_id`` to one that is, as far as the planner then knows the tenant: in the same FROM, or in an EXISTS that is
    a condition by itself, and not through a CTE or a subquery that it does not flatten. One that takes the tenant from
    outside otherwise is asked on every node. Where it only has to stay within a tenant, names of ``outside`` count
    as restricted.
    """
    reader = _Reader(tables, variables, is_strict=not outside)
    reader.statement(statement, dict.fromkeys(outside, True))
    return reader.scattered


class _Reader:
    def __init__(
        self, tables: frozenset[str], variables: frozenset[str], *, is_strict: bool
    ) -> None:
        self._is_strict = is_strict
        self._tables = tables
        self._variables = variables
        self._tenants: set[str] = set()
        self.scattered: list[str] = []

    def statement(self, node: ast.Node, outside: dict[str, bool]) -> bool:
        """Read a statement or subquery. Return whether its column ``tenant_id`` is one tenant's."""
        outside = dict(outside)
        clause = getattr(node, "withClause", None)
        for query in clause.ctes if clause else ():
            # It may name itself.
            outside[f"with {query.ctename}"] = True
            outside[f"with {query.ctename}"] = self.statement(query.ctequery, outside)
        if isinstance(node, ast.SelectStmt):
            if node.larg is not None:
                both = [self.statement(side, outside) for side in (node.larg, node.rarg)]
                return all(both)
            return self._select(node, outside)
        if isinstance(node, ast.InsertStmt):
            return self._insert(node, outside)
        if isinstance(node, ast.UpdateStmt | ast.DeleteStmt):
            sources = getattr(node, "fromClause", None) or getattr(node, "usingClause", None) or ()
            scope = self._scope((node.relation, *sources), node.whereClause, outside)
            self._subqueries(node, scope)
            return True
        self._subqueries(node, outside)
        return True

    def _select(self, node: ast.SelectStmt, outside: dict[str, bool]) -> bool:
        sources = node.fromClause or ()
        scope = self._scope(sources, node.whereClause, outside)
        self._subqueries(node, scope)
        for target in node.targetList or ():
            value = target.val
            if target.name == _TENANT or (target.name is None and _last(value) == _TENANT):
                return self._is_value(value) or self._is_bound(value, scope)
        return all(
            scope[name] for name in scope if name in {alias_of(one) for one in _items(sources)}
        )

    def _insert(self, node: ast.InsertStmt, outside: dict[str, bool]) -> bool:
        columns = [column.name for column in node.cols or ()]
        source = node.selectStmt
        if source is None:
            return True
        is_bound = self.statement(source, outside)
        if node.relation.relname in self._tables:
            place = columns.index(_TENANT) if _TENANT in columns else 0
            if source.valuesLists:
                is_bound = all(self._is_value(row[place]) for row in source.valuesLists)
            else:
                value = source.targetList[place].val
                is_bound = self._is_value(value) or (
                    is_bound and self._bound_in(source, value, outside)
                )
            if not is_bound:
                self.scattered.append(node.relation.relname)
        for clause in (node.onConflictClause, node.returningClause):
            self._subqueries(clause, outside)
        return is_bound

    def _bound_in(self, source: ast.SelectStmt, value: ast.Node, outside: dict[str, bool]) -> bool:
        quiet = _Reader(self._tables, self._variables, is_strict=self._is_strict)
        return quiet._is_bound(
            value, quiet._scope(source.fromClause or (), source.whereClause, outside)
        )

    def _scope(
        self, sources: Iterable[ast.Node], where: ast.Node | None, outside: dict[str, bool]
    ) -> dict[str, bool]:
        """Return for each name that may be used whether its ``tenant_id`` is one tenant's."""
        sources = tuple(sources)
        scope = dict(outside)
        here: dict[str, str | None] = {}
        conditions = list(_conjuncts(where))
        pairs: list[tuple[str, str]] = []
        for item in _items(sources):
            if isinstance(item, ast.RangeVar):
                named = f"with {item.relname}"
                of_tenants = item.relname in self._tables and named not in scope
                here[alias_of(item)] = item.relname if of_tenants else None
                if item.relname == "tenants":
                    self._tenants.add(alias_of(item))
                scope[alias_of(item)] = not self._is_strict and scope.get(named, False)
            else:
                here[alias_of(item)] = None
                scope[alias_of(item)] = False
        for join in _joins(sources):
            conditions += _conjuncts(join.quals)
            if any(column.sval == _TENANT for column in join.usingClause or ()):
                left, right = (
                    [alias_of(one) for one in _items((side,))] for side in (join.larg, join.rarg)
                )
                pairs += [(a, b) for a in left for b in right]
        alone = [name for name, table in here.items() if table]
        equal = [pair for condition in conditions for pair in _equalities(condition)]
        self._bind(scope, here, alone, equal, pairs)
        for item in _items(sources):
            if isinstance(item, ast.RangeSubselect):
                is_bound = self.statement(item.subquery, self._from_outside(scope))
                is_known = not self._is_strict or _is_flattened(item.subquery)
                scope[alias_of(item)] = is_bound and is_known
                self._bind(scope, here, alone, equal, pairs)
            elif isinstance(item, ast.RangeFunction):
                self._subqueries(item, scope)
        self.scattered += [table for name, table in here.items() if table and not scope[name]]
        return scope

    def _bind(
        self,
        scope: dict[str, bool],
        here: dict[str, str | None],
        alone: list[str],
        equal: list[tuple[ast.Node, ast.Node]],
        pairs: list[tuple[str, str]],
    ) -> None:
        links = list(pairs)
        for left, right in equal:
            for one, other in ((left, right), (right, left)):
                name = self._tenant_of(one, alone)
                if name is None or name not in here:
                    continue
                if self._is_value(other):
                    scope[name] = True
                elif (joined := self._tenant_of(other, alone)) is not None:
                    links.append((name, joined))
        for _ in links:
            for name, joined in links:
                if scope.get(joined):
                    scope[name] = True
                if scope.get(name) and joined in here:
                    scope[joined] = True

    def _tenant_of(self, node: ast.Node, alone: list[str]) -> str | None:
        """Return the name of the item whose tenant this is."""
        if not isinstance(node, ast.ColumnRef):
            return None
        first = node.fields[0]
        name = first.sval if isinstance(first, ast.String) else ""
        if _last(node) == ("id" if name in self._tenants else _TENANT):
            if len(node.fields) > 1:
                return name
            return alone[0] if len(alone) == 1 else None
        return None

    def _is_bound(self, node: ast.Node, scope: dict[str, bool]) -> bool:
        if not isinstance(node, ast.ColumnRef) or _last(node) != _TENANT:
            return False
        if len(node.fields) > 1:
            return scope.get(str(node.fields[0].sval), False)
        return bool(scope) and all(scope.values())

    def _is_value(self, node: ast.Node) -> bool:
        """Return whether this is the same for the whole statement."""
        if isinstance(node, ast.TypeCast):
            return self._is_value(node.arg)
        if isinstance(node, ast.A_Indirection):
            return self._is_value(node.arg)
        if isinstance(node, ast.ColumnRef):
            first = node.fields[0]
            return isinstance(first, ast.String) and first.sval in self._variables
        return isinstance(node, ast.ParamRef | ast.A_Const)

    def _from_outside(self, scope: dict[str, bool]) -> dict[str, bool]:
        """Return what a subquery knows of these names."""
        if not self._is_strict:
            return scope
        return {name: is_bound and name.startswith("with ") for name, is_bound in scope.items()}

    def _subqueries(self, node: object, scope: dict[str, bool]) -> None:
        """Read the subqueries in expressions; those that a statement reads from are its scope's."""
        if isinstance(node, tuple):
            for one in node:
                self._subqueries(one, scope)
        elif isinstance(node, ast.SubLink):
            self._subqueries(node.testexpr, scope)
            self.statement(node.subselect, self._from_outside(scope))
        elif isinstance(node, ast.Node):
            for name in node:
                if name == "whereClause":
                    for one in _conjuncts(node.whereClause):
                        if _is_exists(one):
                            self.statement(one.subselect, scope)
                        else:
                            self._subqueries(one, scope)
                    continue
                if name in ("fromClause", "usingClause"):
                    for join in _joins(getattr(node, name) or ()):
                        self._subqueries(getattr(join, "quals", None), scope)
                elif name not in ("withClause", "selectStmt"):
                    self._subqueries(getattr(node, name), scope)


def _items(sources: Iterable[ast.Node]) -> Iterator[ast.Node]:
    for source in sources:
        if isinstance(source, ast.JoinExpr):
            yield from _items((source.larg, source.rarg))
        else:
            yield source


def _joins(sources: Iterable[ast.Node]) -> Iterator[ast.JoinExpr]:
    for source in sources:
        if isinstance(source, ast.JoinExpr):
            yield source
            yield from _joins((source.larg, source.rarg))


def alias_of(item: ast.Node) -> str:
    alias = getattr(item, "alias", None)
    if alias is not None:
        return str(alias.aliasname)
    return str(getattr(item, "relname", "") or id(item))


def _conjuncts(node: ast.Node | None) -> Iterator[ast.Node]:
    if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
        for one in node.args:
            yield from _conjuncts(one)
    elif node is not None:
        yield node


def _equalities(node: ast.Node) -> Iterator[tuple[ast.Node, ast.Node]]:
    if (
        isinstance(node, ast.A_Expr)
        and node.kind == A_Expr_Kind.AEXPR_OP
        and [one.sval for one in node.name] == ["="]
    ):
        if isinstance(node.lexpr, ast.RowExpr) and isinstance(node.rexpr, ast.RowExpr):
            yield from zip(node.lexpr.args, node.rexpr.args, strict=False)
        else:
            yield node.lexpr, node.rexpr


def _last(node: ast.Node) -> str | None:
    if not isinstance(node, ast.ColumnRef):
        return None
    last = node.fields[-1]
    return last.sval if isinstance(last, ast.String) else None


def _is_exists(node: ast.Node) -> bool:
    return isinstance(node, ast.SubLink) and node.subLinkType == SubLinkType.EXISTS_SUBLINK


def _is_flattened(query: ast.SelectStmt) -> bool:
    """Return whether the planner makes a subquery in FROM a part of what it stands in."""
    keeps = (
        "groupClause",
        "havingClause",
        "distinctClause",
        "sortClause",
        "limitCount",
        "limitOffset",
    )
    return query.larg is None and not any(getattr(query, name) for name in (*keeps, "withClause"))
