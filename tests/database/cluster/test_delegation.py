"""A call of a function is one command to the node that has the tenant, however often its connection has made it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from pglast.ast import FuncCall
from tests.contract.named_ids import Ids, with_what_is_named
from tests.contract.route_table import KEY_ROUTES
from tests.contract.test_isolation import ask
from tests.database.dialect.catalog import called_name
from tests.database.dialect.everything import whole_statements
from tests.database.dialect.parsing import parse_text, walk
from tests.support import working
from tests.support.installation import handle, now
from tests.support.remote_commands import remote_commands
from tests.support.statements import recorded
from tests.support.tenants import NOON, job_start, make_child, make_partner

from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import connect
from partner_api.database.grants import CALLED
from partner_api.database.tenants import tenant_transaction
from partner_api.jobs.claim_store import JobCompletion, complete_jobs
from partner_api.jobs.store import start_jobs
from partner_api.organizations.store import create_child, lock_child

if TYPE_CHECKING:
    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Family, Installation

    from partner_api.database.connection import Connection

pytestmark = pytest.mark.cluster
# What does not run where one tenant is, with the reason.
NOT_SENT_WHOLE = {
    "audit_expire": "drops the partitions of a month on every node",
    "audit_partitions_ensure": "makes the partitions of the coming months on every node",
}
# PostgreSQL tries five plans for particular values before it takes one for all.
_CALLS = 12
_MONEY = "SELECT {}($1, $2, $3)"
# What a function cannot do without.
_NEEDED: dict[str, Callable[[], tuple[Any, ...]]] = {
    "partner_create": lambda: (NOON, uuid4(), "live", "Partner", None, {}, "internal", SYSTEM)
}
# Nothing to do, for a tenant that is not there: what counts is where that is found out.
_GIVEN: dict[str, Callable[[], Any]] = {
    "bool": bool,
    "bytea": bytes,
    "int4": int,
    "int8": int,
    "jsonb": dict,
    "text": str,
    "timestamptz": lambda: NOON,
    "uuid": uuid4,
}


@cache
def statements() -> dict[str, str]:
    """The statement with which the server calls a function, by its name."""
    return {
        called_name(node): one.text
        for one in whole_statements()
        for node in walk(parse_text(one.text))
        if isinstance(node, FuncCall)
    }


@pytest.mark.parametrize("name", sorted(set(CALLED) - NOT_SENT_WHOLE.keys()))
async def test_a_function_is_sent_whole_to_the_node_of_the_tenant(
    database_urls: DatabaseUrls, name: str
) -> None:
    # A connection of its own: one that has not called it yet.
    connection = await connect(database_urls.app)
    try:
        call = await connection.prepare(statements().get(name, _MONEY.format(name)))
        given = [
            list if one.kind == "array" else _GIVEN.get(one.name, lambda: None)
            for one in call.get_parameters()[1:]
        ]
        for _ in range(_CALLS):
            async with remote_commands(connection) as commands:
                needed = _NEEDED[name]() if name in _NEEDED else [made() for made in given]
                await call.fetch(secrets.randbelow(2**40), *needed)
            assert len(commands) == 1, commands
            assert f" public.{name}(" in commands[0]
    finally:
        await connection.close()


async def test_a_function_is_sent_whole_from_within_a_transaction_too(
    database_urls: DatabaseUrls,
) -> None:
    """As the owner, it would write there over another connection than what the server's role writes beside it."""
    connection = await connect(database_urls.app)
    try:
        partner = await make_partner(connection)
        for _ in range(_CALLS):
            child_id = uuid4()
            async with tenant_transaction(connection, partner.tenant_id):
                async with remote_commands(connection) as commands:
                    assert await create_child(
                        connection,
                        partner.tenant_id,
                        NOON,
                        organization_id=child_id,
                        partner_id=partner.organization_id,
                        name="Child",
                        billing_email=None,
                        metadata={},
                        caller=SYSTEM,
                    )
                assert len(commands) == 1, commands
                assert " public.child_create(" in commands[0]
                assert await lock_child(
                    connection, partner.tenant_id, partner.organization_id, child_id
                )
    finally:
        await connection.close()


async def test_a_function_that_takes_no_tenant_says_why(owner_connection: Connection) -> None:
    rows = await owner_connection.fetch(
        """
        -- Of one with other arguments for the previous release, this release calls the one with the tenant.
        SELECT p.proname, bool_or(o.distribution_argument_index IS NOT NULL) AS of_tenant
          FROM pg_proc p JOIN pg_dist_object o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid
         WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ($1)
         GROUP BY p.proname
        """,
        list(CALLED),
    )
    assert {row["proname"] for row in rows} == set(CALLED)
    assert {row["proname"] for row in rows if not row["of_tenant"]} == NOT_SENT_WHOLE.keys()


@pytest_asyncio.fixture(scope="module")
async def partner(installation: Installation) -> Family:
    family = await installation.family(prepaid=1000, cash_cents=20_000)
    await installation.lease(family.child, handle(), at=now())
    return family


@pytest.mark.parametrize("name", sorted(name for name in KEY_ROUTES if name.startswith("GET")))
async def test_each_statement_of_a_read_goes_to_one_node(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    partner: Family,
    database_urls: DatabaseUrls,
    name: str,
) -> None:
    asked = partner.child if "{orgId}" in name else partner.partner
    ids = Ids(asked.organization_id, partner.partner.project_id, partner.partner_key.key_id)
    ids = await with_what_is_named(name, ids, installation, partner.partner)
    with recorded() as statements:
        response = await ask(local_api, name, ids, partner.partner_key.headers)
    assert response.status_code < 400, response.text
    assert statements
    connection = await connect(database_urls.app)
    try:
        for sent in statements:
            for _ in range(_CALLS):
                async with remote_commands(connection) as commands:
                    await connection.fetch(str(sent), *sent.arguments)
                assert len(commands) == 1, (sent, commands)
    finally:
        await connection.close()


async def test_an_operator_repeats_what_happened_at_the_node_of_the_tenant(
    connection: Connection,
) -> None:
    """The record of an operator's request is in a tenant of its own, which may be on another node."""
    partner = await make_partner(connection, prepaid=1000)
    for _ in range(4):
        child = await make_child(connection, partner, prepaid=200)
        await start_jobs(connection, child.tenant_id, NOON, [job_start(child, 100)])
        (claim,) = await working.claim(connection, child)
        record = Idempotency(0, uuid4(), "POST", "/complete", secrets.token_hex(8), b"same")
        item = JobCompletion(
            claim.job_id, claim.worker_id, claim.claim_token, 40, [], SYSTEM, record
        )
        for status in ("done", "replayed"):
            (outcome,) = await complete_jobs(connection, child.tenant_id, NOON, [item])
            assert outcome.status == status
