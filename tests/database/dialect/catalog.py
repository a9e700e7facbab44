"""What the rules have to know of the database: whose its tables are, and what its functions do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pglast import ast
from tests.database.dialect.parsing import Body, parse_plpgsql, parse_sql_body, walk
from tests.database.statements import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partner_api.database.connection import Connection

HOLD = "tenant_hold"


class Function(NamedTuple):
    """A function of the product, one of those that have its name."""

    name: str
    signature: str
    language: str
    volatility: str
    """i, s or v."""
    is_entry: bool
    """Whether it runs with the owner's rights: the server calls it."""
    arguments: tuple[str, ...]
    body: Body


class Catalog:
    """What one migrated database holds.

    Args:
        tables: the tenants' tables.
        volatilities: of PostgreSQL's own functions, the least constant one of each name.
    """

    def __init__(
        self,
        tables: Iterable[str],
        functions: Iterable[Function],
        volatilities: dict[str, str],
    ) -> None:
        self.tables = frozenset(tables)
        self.functions = list(functions)
        self.entries = {one.name for one in self.functions if one.is_entry}
        self._volatilities = dict(volatilities)
        for one in self.functions:
            known = self._volatilities.get(one.name, "i")
            self._volatilities[one.name] = max(known, one.volatility)
        reading = {one.name for one in self.functions if self._reads(one)}
        writing = {one.name for one in self.functions if self._writes(one)}
        self.touching = self._with_callers(reading | writing)
        """Functions that read or write tenants' tables, themselves or through others."""
        self.writing = self._with_callers(writing)
        self.called = {
            name for one in self.functions for name in self.calls(tuple(one.body.statements))
        }

    def volatility(self, name: str) -> str:
        """Return i, s or v; one that nobody knows, such as an aggregate of ours, is constant."""
        return self._volatilities.get(name, "i")

    def calls(self, tree: object) -> list[str]:
        """List the functions that a statement calls, PostgreSQL's own included."""
        return [called_name(node) for node in walk(tree) if isinstance(node, ast.FuncCall)]

    def _reads(self, function: Function) -> bool:
        return any(
            isinstance(node, ast.RangeVar) and node.relname in self.tables
            for node in walk(tuple(function.body.statements))
        )

    def _writes(self, function: Function) -> bool:
        return any(
            isinstance(node, ast.InsertStmt | ast.UpdateStmt | ast.DeleteStmt)
            and node.relation.relname in self.tables
            for node in walk(tuple(function.body.statements))
        )

    def _with_callers(self, names: set[str]) -> frozenset[str]:
        called = {
            one.signature: set(self.calls(tuple(one.body.statements))) for one in self.functions
        }
        # What holds a tenant writes nothing.
        found = names - {HOLD}
        while True:
            more = {
                one.name
                for one in self.functions
                if one.name not in found and called[one.signature] & found
            }
            if not more:
                return frozenset(found)
            found |= more


def called_name(call: ast.FuncCall) -> str:
    """Return the name of the function that is called, without its schema."""
    return str(call.funcname[-1].sval)


async def read_catalog(connection: Connection) -> Catalog:
    """Read it from a migrated database.

    Without what only servers of the previous release call: where they still run, the database is not spread yet.
    """
    tables = await connection.fetch(
        """
        SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'
        """
    )
    functions = await connection.fetch(
        """
        SELECT p.proname, p.oid::regprocedure::text AS signature, l.lanname, p.provolatile::text AS volatility,
               p.prosecdef, coalesce(p.proargnames, '{}') AS arguments, p.prosrc,
               pg_get_functiondef(p.oid) AS definition
          FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
         WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         ORDER BY p.proname, signature
        """
    )
    own = await connection.fetch(
        """
        SELECT proname, max(provolatile::text) AS volatility FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
 GROUP BY proname
        """
    )
    files = (SOURCE / "database" / "functions").glob("9*_previous_release*.sql")
    previous = "".join(path.read_text() for path in files)
    return Catalog(
        (row["relname"] for row in tables),
        (
            Function(
                row["proname"],
                row["signature"],
                row["lanname"],
                row["volatility"],
                row["prosecdef"],
                tuple(row["arguments"]),
                parse_plpgsql(row["definition"])
                if row["lanname"] == "plpgsql"
                else parse_sql_body(row["prosrc"], frozenset(row["arguments"])),
            )
            for row in functions
            if row["prosrc"] not in previous
        ),
        # With the name of a zone, what it says depends on nothing else.
        {row["proname"]: row["volatility"] for row in own} | {"timezone": "i"},
    )
