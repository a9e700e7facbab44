"""The functions of a database: which there are, and which of them the server's role may call."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from tests.database.statements import SOURCE
from tests.support.databases import make_database, migrate_fully, role_of

from partner_api.database import migrate
from partner_api.database.connection import connect
from partner_api.database.grants import CALLED, PLAIN, PREVIOUS_RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Row

RETIRED = SOURCE / "database" / "functions" / "retired.sql"
_DROP = re.compile(r"^DROP FUNCTION IF EXISTS (\w+)\((.*)\);$", re.M)
_FUNCTIONS = """
SELECT p.oid::regprocedure::text AS signature, p.proname AS name, p.prosrc AS body, p.prosecdef AS runs_as_owner,
       p.proconfig AS settings, p.prokind AS kind, p.provolatile AS volatility, p.prorettype::regtype::text AS returns,
       has_function_privilege('public', p.oid, 'EXECUTE') AS everybody,
       has_function_privilege($1, p.oid, 'EXECUTE') AS application
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1
"""


@pytest.fixture
def empty(database_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, migrated=False) as urls:
        yield urls


async def functions(urls: DatabaseUrls) -> list[Row]:
    owner = await connect(urls.owner)
    try:
        return await owner.fetch(_FUNCTIONS, role_of(urls.app))
    finally:
        await owner.close()


def called_in(node: ast.AST) -> Iterator[str]:
    """What looks like a call in the strings of a module, docstrings left out, and the money functions that it names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        match child:
            case ast.Constant(value=str(text)):
                yield from re.findall(r"(\w+)\(", text)
            case ast.Call(
                func=ast.Name(id="call_money_function"), args=[_, ast.Constant(str(name)), *_]
            ):
                yield name
            # The one that is filled into a statement: each ledger has its own.
            case ast.keyword(arg="hash", value=ast.Constant(str(name))):
                yield name
        yield from called_in(child)


def called_in_source() -> set[str]:
    return {
        name for path in SOURCE.rglob("*.py") for name in called_in(ast.parse(path.read_text()))
    }


async def test_the_role_may_call_what_a_statement_of_the_server_calls(
    database_urls: DatabaseUrls,
) -> None:
    rows = await functions(database_urls)
    body = {row["name"]: row["body"] for row in rows}
    needed = called_in_source() & set(body)
    # What runs as the caller needs the caller's rights for what it calls in turn.
    waiting = [name for name in needed if name in PLAIN]
    while waiting:
        inside = set(re.findall(r"(\w+)\(", body[waiting.pop()])) & set(body) - needed
        needed |= inside
        waiting += inside
    assert needed == {*CALLED, *PLAIN}
    assert not {*PREVIOUS_RELEASE} & needed


async def test_the_role_may_call_no_others_and_the_public_none(database_urls: DatabaseUrls) -> None:
    rows = await functions(database_urls)
    assert [row["signature"] for row in rows if row["everybody"]] == []
    allowed = {row["name"] for row in rows if row["application"]}
    assert allowed == {*CALLED, *PLAIN, *PREVIOUS_RELEASE}
    assert allowed.isdisjoint({"job_settle", "job_release", "lease_assign", "wallet_save"})


async def test_what_runs_as_the_owner_is_what_the_server_calls(database_urls: DatabaseUrls) -> None:
    """A function that only others call has their rights; one that has more is there to be called."""
    rows = await functions(database_urls)
    as_owner = {row["name"] for row in rows if row["runs_as_owner"]}
    assert as_owner == {*CALLED, *PREVIOUS_RELEASE}


async def test_a_role_that_could_call_everything_loses_that(
    database_urls: DatabaseUrls, empty: DatabaseUrls
) -> None:
    """As in a database of the release before."""
    role = role_of(empty.app)
    await migrate_fully(empty)
    owner = await connect(empty.owner)
    await owner.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}")
    await owner.close()
    assert all(row["application"] for row in await functions(empty))
    await migrate.upgrade(empty.owner, role)
    assert await functions(empty) == await functions(database_urls)


async def test_an_upgraded_database_has_the_functions_of_a_new_one(
    database_urls: DatabaseUrls, empty: DatabaseUrls
) -> None:
    """Also one that has had every function that an earlier release ever had."""
    role = role_of(empty.app)
    await migrate_fully(empty)
    owner = await connect(empty.owner)
    await _make_retired(owner)
    await owner.execute("TRUNCATE applied_functions")
    await owner.close()
    new = await functions(database_urls)
    assert len(await functions(empty)) > len(new)
    await migrate.upgrade(empty.owner, role)
    assert await functions(empty) == new


async def _make_retired(owner: Connection) -> None:
    retired = _DROP.findall(RETIRED.read_text())
    assert len(retired) > 5
    for name, arguments in retired:
        await owner.execute(
            f"CREATE FUNCTION {name}({arguments}) RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
        )
