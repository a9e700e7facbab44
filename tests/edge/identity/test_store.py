"""Looking up who is calling: many in one round trip, each with what is asked for and nothing else."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from tests.support.databases import make_database
from tests.support.edges import add_key, add_operator
from tests.support.page_costs import with_blocks
from tests.support.tenants import Wallet, make_child, make_partner

from partner_api.clock import Clock
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.edge.identity import store
from partner_api.edge.identity.credentials import parse_api_key
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls
    from tests.support.edges import Owner

    from partner_api.database.connection import Connection, Pool


SIBLINGS = """
INSERT INTO organizations
SELECT (jsonb_populate_record(o, jsonb_build_object('id', md5(n::text)::uuid))).*
  FROM organizations o, generate_series(1, 500) AS n WHERE o.tenant_id = $1 AND o.id = $2
"""
KEYS_OF_SIBLINGS = """
INSERT INTO api_keys
SELECT (jsonb_populate_record(k, jsonb_build_object(
           'id', gen_random_uuid(), 'keyid', left(k.keyid, 8) || lpad(n::text, 8, '0'),
           'organization_id', md5(n::text)::uuid))).*
  FROM api_keys k, generate_series(1, 500) AS n WHERE k.tenant_id = $1 AND k.id = $2
"""


def _asked(owner: Owner, child_id: UUID | None = None, *, wallet: bool = False) -> store.KeyLookup:
    credential = parse_api_key(owner.key)
    assert credential is not None
    return store.KeyLookup(credential.tenant_id, credential.keyid, child_id, wallet)


async def test_keys_with_and_without_a_subject_are_looked_up_together(
    pool: Pool, connection: Connection
) -> None:
    now = Clock().now()
    partner = await make_partner(connection, now=now, prepaid=7)
    child = await make_child(connection, partner, now=now, prepaid=5)
    partners = await add_key(connection, partner, ["*", "org:admin"])
    childs = await add_key(connection, child, ["*"])
    stranger = await make_partner(connection, now=now)
    strangers = await add_key(connection, stranger, ["*"])
    tenant_id, child_id = child.tenant_id, child.organization_id

    found = await store.find_keys(
        pool,
        [
            _asked(partners),
            _asked(partners, wallet=True),
            _asked(partners, child_id, wallet=True),
            _asked(partners, child_id),
            store.KeyLookup(tenant_id, "0" * 16, child_id, wallet=True),
            _asked(strangers, child_id, wallet=True),
            _asked(strangers, wallet=True),
            _asked(childs, wallet=True),
        ],
    )
    partner_id = partner.organization_id
    assert [
        None
        if one is None
        else (
            one.key.organization_id,
            one.child and one.child.id,
            one.wallet and (one.wallet.organization_id, one.wallet.balance),
        )
        for one in found
    ] == [
        (partner_id, None, None),
        (partner_id, None, (partner_id, 2)),
        (partner_id, child_id, (child_id, 5)),
        (partner_id, child_id, None),
        None,
        (stranger.organization_id, None, None),
        (stranger.organization_id, None, (stranger.organization_id, 0)),
        (child_id, None, (child_id, 5)),
    ]


async def test_what_has_the_same_id_in_another_tenant_is_something_else(
    pool: Pool, connection: Connection
) -> None:
    """A partner has one id in both environments, and a child may."""
    now = Clock().now()
    partner_id, child_id = uuid4(), uuid4()
    keys = []
    for env in ("live", "test"):
        tenant_id = secrets.randbelow(2**40 - 1) + 1
        await organizations.create_partner(
            connection,
            tenant_id,
            now,
            organization_id=partner_id,
            env=env,
            name=f"Partner {env}",
            rate_limit_tier="internal",
            billing_email=None,
            metadata={},
            caller=SYSTEM,
        )
        await organizations.create_child(
            connection,
            tenant_id,
            now,
            organization_id=child_id,
            partner_id=partner_id,
            name=f"Child {env}",
            billing_email=None,
            metadata={},
            caller=SYSTEM,
        )
        wallet = Wallet(tenant_id, partner_id, uuid4(), None)
        keys.append(await add_key(connection, wallet, ["*"]))
    asked = [_asked(key, child, wallet=True) for key in keys for child in (None, child_id)]
    found = await store.find_keys(pool, asked)
    assert [one and one.wallet and one.wallet.tenant_id for one in found] == [
        one.tenant_id for one in asked
    ]
    assert [one and one.child and one.child.name for one in found] == [
        None,
        "Child live",
        None,
        "Child test",
    ]


async def test_operators_come_in_the_order_of_their_tokens(
    pool: Pool, connection: Connection
) -> None:
    tokens = [await add_operator(connection, "finance") for _ in range(3)]
    keyids = [token.split("_")[1] for token in tokens]
    found = await store.find_operators(pool, [keyids[0], "0" * 16, *keyids[1:]])
    assert [one and one.name for one in found] == [
        f"finance {keyids[0]}",
        None,
        *(f"finance {keyid}" for keyid in keyids[1:]),
    ]
    assert await store.find_operators(pool, ["0" * 16]) == [None]


@pytest.fixture
def unknown_tables(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database whose tables PostgreSQL knows nothing of."""
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.mark.one_server(reason="counts the blocks that one PostgreSQL reads")
async def test_keys_of_siblings_are_found_one_by_one_before_the_tables_are_analyzed(
    unknown_tables: DatabaseUrls,
) -> None:
    owner = await connect(unknown_tables.owner)
    try:
        partner = await make_partner(owner)
        child = await make_child(owner, partner)
        key = await add_key(owner, child, ["*"])
        # In a transaction that nobody else sees, so that nothing analyzes them.
        async with owner.transaction():
            await owner.execute("SET LOCAL session_replication_role = replica")
            await owner.execute(SIBLINGS, child.tenant_id, child.organization_id)
            await owner.execute(KEYS_OF_SIBLINGS, child.tenant_id, key.key_id)
            keyids = await owner.fetch("SELECT keyid FROM api_keys ORDER BY keyid LIMIT 16")
            asked = [store.KeyLookup(child.tenant_id, row["keyid"]) for row in keyids]
            found, blocks = await with_blocks(owner, store.find_keys(owner, asked))
    finally:
        await owner.close()
    assert [one is not None for one in found] == [True] * 16
    # At worst, each goes through its siblings once for each of three tables; and not through those of the others.
    assert blocks < 16 * 501 * 4
