"""Revisions from 0009 on, on databases that have rows in the old shape."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from tests.support import operations
from tests.support.databases import DatabaseUrls, role_of
from tests.support.invariants import mismatches
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.database.connection import prepare_connection
from partner_api.database.migrate import upgrade

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection


class TestRevision0009:
    """Auto-refill loses its switch; on a database that has wallets of each kind."""

    # What the previous release could have stored: threshold, amount, switch.
    BEFORE: ClassVar[list[tuple[int | None, int | None, bool]]] = [
        (100, 50, True),
        (100, 50, False),
        (None, None, True),
        (None, None, False),
    ]

    async def test_what_was_switched_off_is_cleared_and_nothing_begins_to_move(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0008"):
            assert (await upgrade(empty.owner, role)).revision == "0008"
            await prepare_connection(owner)
            partner = await make_partner(owner, prepaid=10_000)
            children = []
            for threshold, amount, enabled in self.BEFORE:
                children.append(child := await make_child(owner, partner, prepaid=20))
                await owner.execute(
                    "UPDATE wallets SET refill_threshold = $1, refill_amount = $2, "
                    "auto_refill_enabled = $3, monthly_credit_cap = 900 WHERE organization_id = $4",
                    threshold,
                    amount,
                    enabled,
                    child.organization_id,
                )
        assert (await upgrade(empty.owner, role)).current
        # A connection that has learnt the table before, as those of a server have.
        await prepare_connection(owner)
        assert [await self.config(owner, child) for child in children] == [
            (100, 50, True, 900),
            (None, None, False, 900),
            (None, None, False, 900),
            (None, None, False, 900),
        ]
        (row,) = await owner.fetch(
            "SELECT * FROM audit_events WHERE event_type = 'credit_config.updated'"
        )
        assert (row["actor"], row["tenant_id"]) == ("system", partner.tenant_id)
        assert row["organization_id"] == partner.organization_id
        assert row["details"] == {
            "organizationId": f"org_{children[1].organization_id}",
            "monthly_credit_cap": 900,
            "refill_threshold": None,
            "refill_amount": None,
            "auto_refill_enabled": False,
            "reason": "auto_refill_was_off",
            "before": {"refill_threshold": 100, "refill_amount": 50},
        }

        for child in children:
            _, outcome = await operations.start(owner, child, 10)
            assert outcome.status == "done"
        moved = await owner.fetch(
            "SELECT to_organization_id FROM credit_transfers WHERE credits = 50"
        )
        assert [row["to_organization_id"] for row in moved] == [children[0].organization_id]

    async def test_what_the_previous_release_still_stores_moves_nothing(
        self, empty: DatabaseUrls, owner: Connection
    ) -> None:
        """It runs between the revision and the new functions, and may switch off what has both numbers."""
        await upgrade(empty.owner, role_of(empty.app))
        await prepare_connection(owner)
        partner = await make_partner(owner, prepaid=10_000)
        child = await make_child(owner, partner, prepaid=20)
        await owner.execute(
            "UPDATE wallets SET refill_threshold = 100, refill_amount = 50, "
            "auto_refill_enabled = false WHERE organization_id = $1",
            child.organization_id,
        )
        for _ in range(2):
            _, outcome = await operations.start(owner, child, 10)
            assert outcome.status == "done"
        assert (await self.config(owner, child))[:3] == (100, 50, False)
        await operations.configure(owner, child, monthly_credit_cap=5)
        assert await self.config(owner, child) == (None, None, False, 5)

    async def config(self, connection: Connection, child: Wallet) -> tuple[Any, ...]:
        row = await connection.fetchrow(
            "SELECT refill_threshold, refill_amount, auto_refill_enabled, monthly_credit_cap "
            "FROM wallets WHERE organization_id = $1",
            child.organization_id,
        )
        assert row is not None
        return tuple(row)


class TestRevision0010:
    """The time of wallets whose subscription's start was moved; on a database that has such ones."""

    async def test_a_wallet_is_as_late_as_its_last_event_or_its_period(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0009"):
            await upgrade(empty.owner, role)
            await prepare_connection(owner)
            partner = await make_partner(owner, prepaid=100)
            child = await make_child(owner, partner)
            for wallet in (partner, child):
                await operations.subscribe(owner, wallet, 0, billing_status="canceled")
            # As it was left when the start was moved and nothing lapsed.
            await owner.execute(
                "UPDATE wallets SET last_event_at = last_event_at + interval '1 day'"
            )
        await upgrade(empty.owner, role)

        rows = await owner.fetch("SELECT last_event_at FROM wallets")
        assert [row["last_event_at"] for row in rows] == [NOON, NOON]
        assert await mismatches(owner, partner.tenant_id) == []
