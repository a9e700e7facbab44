"""Revisions from 0014 on, on databases that have rows in the old shape."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from tests.database.revisions import with_later_columns, with_later_tables
from tests.support.databases import DatabaseUrls, role_of
from tests.support.endpoints import happen, make_endpoint, publish
from tests.support.invariants import mismatches
from tests.support.operations import posting
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import Actor, Idempotency
from partner_api.database.connection import prepare_connection
from partner_api.database.migrate import upgrade
from partner_api.events.store import Published

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class TestRevision0014:
    """Events get an order, and wallets know that they are low; on a database that has both."""

    # Available credits, refill threshold, and whether that is low.
    WALLETS: ClassVar[list[tuple[int, int | None, bool]]] = [
        (20, 100, True),
        (99, 100, True),
        (100, 100, False),
        (20, None, False),
    ]

    async def test_what_was_in_the_outbox_is_published_and_who_is_low_is_not_told_again(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0013"):
            assert (await upgrade(empty.owner, role)).revision == "0013"
            await prepare_connection(owner)
            async with with_later_columns(owner):
                partner = await make_partner(owner, prepaid=10_000)
                children = [
                    await make_child(owner, partner, prepaid=credits)
                    for credits, _, _ in self.WALLETS
                ]
            for child, (_, threshold, _) in zip(children, self.WALLETS, strict=True):
                await owner.execute(
                    "UPDATE wallets SET refill_threshold = $2, refill_amount = $2 WHERE organization_id = $1",
                    child.organization_id,
                    threshold,
                )
            await owner.execute("DELETE FROM outbox")
            await happen(owner, partner, event_type="api_key.killed", count=2)
        assert (await upgrade(empty.owner, role)).current
        await prepare_connection(owner)

        rows = await owner.fetch("SELECT organization_id, is_low FROM wallets WHERE is_low")
        assert {row["organization_id"] for row in rows} == {
            child.organization_id
            for child, (_, _, is_low) in zip(children, self.WALLETS, strict=True)
            if is_low
        }
        later = NOON + timedelta(hours=1)
        await make_endpoint(owner, partner, now=later)
        assert await publish(owner, partner, later) == Published(2, 2)
        assert await mismatches(owner, partner.tenant_id) == []


class TestRevision0022:
    """Keys of postings; on a database whose ledgers have rows, and whose last day's keys have records."""

    async def test_what_was_posted_has_its_record_and_what_is_posted_keeps_its_key(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        operator = uuid4()
        old, new = [
            Idempotency(0, operator, "POST", "/purchase", key, b"request") for key in ("old", "new")
        ]
        with version_at("0021"):
            assert (await upgrade(empty.owner, role)).revision == "0021"
            await prepare_connection(owner)
            async with with_later_tables(owner):
                partner = await make_partner(owner, prepaid=500, cash_cents=700)
            await owner.execute(
                "SELECT idempotency_store($1, $2::idempotency, 200::smallint, $3, NULL)",
                NOON,
                old,
                {"kept": "by the version before"},
            )
        assert (await upgrade(empty.owner, role)).current
        await prepare_connection(owner)
        assert await owner.fetchval("SELECT count(*) FROM postings") == 0

        items = [
            posting(partner, "purchase", 7, idempotency=key)._replace(
                caller=Actor("operator", None, operator, "Grace")
            )
            for key in (old, new)
        ]
        first = await credit.post(owner, partner.tenant_id, NOON, items)
        assert [outcome.status for outcome in first] == ["replayed", "done"]
        assert first[0].facts == {"kept": "by the version before"}
        later = NOON + timedelta(days=2)
        (again,) = await credit.post(owner, partner.tenant_id, later, items[1:])
        assert (again.status, again.facts) == ("replayed", first[1].facts)
        assert await owner.fetchval("SELECT sum(prepaid) FROM wallets") == 507
        assert await mismatches(owner, partner.tenant_id) == []
