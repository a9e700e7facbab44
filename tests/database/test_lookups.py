"""Looking rows up by many keys, and by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.support.tenants import make_child, make_partner
from tests.support.turns import settle

from partner_api.credits.store import WalletKey, find_wallets
from partner_api.database.connection import connect
from partner_api.database.lookups import Lookup

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

_ORGANIZATIONS = Lookup(
    """
    SELECT o.id, asked.position FROM {asked}
      JOIN organizations o ON o.tenant_id = asked.tenant_id AND o.id = asked.id AND o.tenant_id {tenants}
    """,
    tenant_id="bigint",
    id="uuid",
)


async def test_each_key_has_its_row_in_the_order_of_the_keys(connection: Connection) -> None:
    partner = await make_partner(connection)
    children = [await make_child(connection, partner) for _ in range(3)]
    known = [child.organization_id for child in reversed(children)]
    asked = [known[0], uuid4(), *known[1:], known[0]]
    rows = await _ORGANIZATIONS.fetch(connection, [(partner.tenant_id, key) for key in asked])
    assert [row and row["id"] for row in rows] == [known[0], None, *known[1:], known[0]]


async def test_one_key_alone_has_its_row_or_none(connection: Connection) -> None:
    partner = await make_partner(connection)
    for key, found in ((partner.organization_id, partner.organization_id), (uuid4(), None)):
        (row,) = await _ORGANIZATIONS.fetch(connection, [(partner.tenant_id, key)])
        assert (row and row["id"]) == found


async def test_each_of_many_keys_is_found_by_itself(connection: Connection) -> None:
    """However little is known of the tables: rows of a tenant that are joined with each other are very many."""
    partner = await make_partner(connection)
    children = [await make_child(connection, partner) for _ in range(2)]
    keys = [WalletKey(child.tenant_id, child.organization_id) for child in children] * 40
    sent: list[Any] = []
    with connection.query_logger(sent.append):
        assert all(await find_wallets(connection, keys))
        await settle()
    lookup = next(one for one in sent if "JOIN wallets" in one.query)
    plan = await connection.fetch(f"EXPLAIN (COSTS OFF) {lookup.query}", *lookup.args)
    lines = [row[0].strip(" ->") for row in plan]
    # The keys come first, and what follows is done for each of them.
    below = lines[lines.index("Function Scan on one") :]
    assert "Nested Loop Left Join" in below, lines
    assert not [line for line in lines if line.startswith(("Hash", "Merge"))], lines


async def test_no_keys_have_no_rows(connection: Connection) -> None:
    assert await _ORGANIZATIONS.fetch(connection, []) == []


@pytest.mark.one_server(
    reason="a cluster's coordinator plans a statement for the tenant that it names"
)
async def test_one_key_is_planned_once_per_connection(database_urls: DatabaseUrls) -> None:
    # A connection of its own: one of the pool has statements of other tests, plans included.
    connection = await connect(database_urls.app)
    try:
        partner = await make_partner(connection)
        for _ in range(10):
            await _ORGANIZATIONS.fetch(connection, [(partner.tenant_id, partner.organization_id)])
        (statement,) = await connection.fetch(
            """
            SELECT generic_plans, custom_plans FROM pg_prepared_statements
             WHERE statement LIKE $1
            """,
            # Not in the statement's own text, which is prepared too.
            "%SELECT o.id, asked.position FROM (SELECT $1%",
        )
    finally:
        await connection.close()
    # PostgreSQL tries five plans for particular values before it trusts one for all.
    assert statement["custom_plans"] == 5
    assert statement["generic_plans"] >= 5
