"""Looking up who is calling: many in one round trip, each with what is asked for and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.edges import add_key, add_operator
from tests.support.tenants import make_child, make_partner

from partner_api.clock import Clock
from partner_api.edge.identity import store
from partner_api.edge.identity.credentials import parse_api_key

if TYPE_CHECKING:
    from tests.support.edges import Owner

    from partner_api.database.connection import Connection, Pool


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

    def asked(owner: Owner, *subject: object) -> store.KeyLookup:
        credential = parse_api_key(owner.key)
        assert credential is not None
        return store.KeyLookup(credential.tenant_id, credential.keyid, *subject)  # type: ignore[arg-type]

    found = await store.find_keys(
        pool,
        [
            asked(partners),
            asked(partners, None, True),
            asked(partners, child_id, True),
            asked(partners, child_id, False),
            store.KeyLookup(tenant_id, "0" * 16, child_id, wallet=True),
            asked(strangers, child_id, True),
            asked(strangers, None, True),
            asked(childs, None, True),
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
