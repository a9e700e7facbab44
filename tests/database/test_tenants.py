"""A tenant is held by every transaction that locks and writes its rows, at the cost of no round trip.

That what is held is what is written shows on the suite's server: see ``tests/support/holding_tenants.py``.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from tests.database.statements import SOURCE
from tests.support.databases import make_database
from tests.support.holding_tenants import ask_for_holds
from tests.support.tenants import make_partner
from tests.support.turns import settle

from partner_api.database.connection import connect
from partner_api.database.tenants import hold_tenant, tenant_transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

# Transactions of the driver's own, and why they need not begin with a hold. All others are ``tenant_transaction``.
_PART = "a savepoint of the request's, which holds its tenant"
_NO_TENANT = "it is about the installation"
OTHERS = {
    "console/session.begin_session": _NO_TENANT,
    "console/session.end_session": _NO_TENANT,
    "crypto.verify_installation": _NO_TENANT,
    "database/applied_functions.apply_functions": _NO_TENANT,
    "database/cluster/distribute.distribute": _NO_TENANT,
    "database/cluster/distribute.apply": _NO_TENANT,
    "database/grants.grant_application_role": _NO_TENANT,
    "database/rows.stream_rows": "it only reads",
    "database/tenants.tenant_transaction": "it is what holds",
    "demo/service._found": "a savepoint in that of ensure_demo: a tenant id may be taken",
    "demo/service.onboard_in": "the same one",
    "demo/service.ensure_demo": "the tenant is made in it, and each function that it calls holds it",
    "edge/idempotency/records._stored": "it only reads",
    "edge/idempotency/records._begin": "an operator's: whose tenant it is about is found and held in it",
    "lease_requests/routes.request_accounts": _PART,
    "operators/service.bootstrap_operator": _NO_TENANT,
    "operators/service.recover_operator": _NO_TENANT,
    "ops/operators/routes.create_operator": _NO_TENANT,
    "ops/pool/routes.add_pool_account": _NO_TENANT,
    "ops/pool/service.run": _NO_TENANT,
    "projects/routes.create_project": _PART,
    "projects/routes.change_project": _PART,
    "reconciliation/record_store.save_reconciliation": _NO_TENANT,
    "simulation/store.digest_ledgers": "it only reads",
    "simulation/writes._write": "it does what routes do, on a database of its own",
}
_CHANGE = "UPDATE projects SET name = name WHERE tenant_id = $1"
_LOCK = "SELECT FROM projects WHERE tenant_id = $1 FOR NO KEY UPDATE"


@pytest.fixture
def guarded(database_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """A database that asks for holds."""
    with make_database(database_urls) as urls:
        asyncio.run(ask_for_holds(urls.owner))
        yield urls


def _transactions() -> Iterator[str]:
    """Where a transaction of the driver's own begins: the module and the function."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).with_suffix("").as_posix()
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "transaction"
                for node in ast.walk(function)
            ):
                yield f"{module}.{function.name}"


def test_every_other_transaction_says_why_it_holds_nobody() -> None:
    assert set(_transactions()) == set(OTHERS)


async def test_a_tenant_is_held_in_the_round_trip_of_the_beginning(
    connection: Connection,
) -> None:
    sent: list[str] = []
    with _listening(connection, sent):
        async with tenant_transaction(connection, 7):
            assert connection.is_in_transaction()
            async with connection.transaction():
                await connection.execute("SELECT 1")
        # The driver tells of a statement a turn later.
        await settle()
    assert [text for text in sent if "SAVEPOINT" not in text] == [
        "BEGIN; SELECT tenant_hold(7)",
        "SELECT 1",
        "COMMIT;",
    ]


async def test_what_fails_in_it_is_rolled_back(connection: Connection) -> None:
    with pytest.raises(LookupError):
        async with tenant_transaction(connection, 7):
            await connection.execute("CREATE TEMPORARY TABLE tried (id integer)")
            raise LookupError
    assert await connection.fetchval("SELECT to_regclass('pg_temp.tried')") is None
    with pytest.raises(asyncpg.InterfaceError):
        async with connection.transaction(), tenant_transaction(connection, 7):
            pass


async def test_a_tenant_that_cannot_be_reached_leaves_the_connection_as_it_was(
    connection: Connection,
) -> None:
    # As a node that is down says it, after BEGIN.
    with pytest.raises(asyncpg.UndefinedFunctionError):
        async with tenant_transaction(connection, 2**63):
            pass
    assert not connection.is_in_transaction()
    async with tenant_transaction(connection, 7):
        assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.one_server(reason="on a cluster, a table of tenants has no trigger of the suite's")
async def test_the_suite_refuses_what_is_not_held(guarded: DatabaseUrls) -> None:
    connection = await connect(guarded.app)
    try:
        tenant_id = (await make_partner(connection)).tenant_id
        # Alone, it locks what it changes.
        await connection.execute(_CHANGE, tenant_id)
        with pytest.raises(asyncpg.RaiseError, match="is not held"):
            async with connection.transaction():
                await connection.execute(_LOCK, tenant_id)
                await connection.execute(_CHANGE, tenant_id)
        async with connection.transaction():
            await hold_tenant(connection, tenant_id)
            await connection.execute(_LOCK, tenant_id)
            await connection.execute(_CHANGE, tenant_id)
        async with tenant_transaction(connection, tenant_id):
            await connection.execute(_LOCK, tenant_id)
            await connection.execute(_CHANGE, tenant_id)
    finally:
        await connection.close()


@contextlib.contextmanager
def _listening(connection: Connection, sent: list[str]) -> Iterator[None]:
    def note(query: Any) -> None:
        sent.append(query.query)

    with connection.query_logger(note):
        yield
