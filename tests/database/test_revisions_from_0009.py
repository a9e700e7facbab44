"""Revisions from 0009 on, on databases that have rows in the old shape."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import msgspec
from tests.database.revisions import NEWEST, with_later_columns
from tests.support import operations
from tests.support.databases import DatabaseUrls, role_of
from tests.support.invariants import mismatches
from tests.support.outlook import by_lease
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.cash.store import read_outlook
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import connect, prepare_connection
from partner_api.database.migrate import upgrade
from partner_api.edge.idempotency.records import shape_or_whole
from partner_api.organizations import store as organizations
from partner_api.organizations.schemas import Organization, changed_organization_of

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
            async with with_later_columns(owner):
                partner = await make_partner(owner, prepaid=10_000)
                children = [
                    await make_child(owner, partner, prepaid=20) for _ in range(len(self.BEFORE))
                ]
            for child, (threshold, amount, enabled) in zip(children, self.BEFORE, strict=True):
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
            async with with_later_columns(owner):
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


class TestRevision0012:
    """The form of money functions that had none; on a database with the answers that the edge has kept."""

    RECORD = """
        INSERT INTO idempotency_keys
            (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, created_at)
        VALUES ($1, $2, 'POST', '/suspend', 'k', '\\x01', 200, $3::text::json, $4)
    """

    async def test_what_was_kept_is_answered_to_the_byte_and_what_is_kept_is_facts(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role, caller_id = role_of(empty.app), uuid4()
        with version_at("0011"):
            assert (await upgrade(empty.owner, role)).revision == "0011"
            await prepare_connection(owner)
            partner = await make_partner(owner)
            child = await make_child(owner, partner)
            row = await owner.fetchrow(
                "SELECT * FROM organizations WHERE id = $1", child.organization_id
            )
            assert row is not None
            whole = msgspec.json.encode(changed_organization_of(dict(row)))
            await owner.execute(self.RECORD, child.tenant_id, caller_id, whole.decode(), NOON)
        assert (await upgrade(empty.owner, role)).revision == NEWEST
        app = await connect(empty.app)
        try:
            shape = shape_or_whole(changed_organization_of, Organization)
            for key, fingerprint, status in (("k", b"\1", "replayed"), ("new", b"\2", "done")):
                record = Idempotency(
                    child.tenant_id, caller_id, "POST", "/suspend", key, fingerprint
                )
                item = organizations.StatusItem(
                    child.organization_id, partner.organization_id, "suspended", SYSTEM, record
                )
                (outcome,) = await organizations.set_status(app, child.tenant_id, NOON, [item])
                assert outcome.status == status
                answered = shape(outcome.facts or {})
                (again,) = await organizations.set_status(app, child.tenant_id, NOON, [item])
                assert again == ("replayed", None, outcome.facts)
                if status == "replayed":
                    # Nothing was done.
                    assert msgspec.json.encode(answered) == whole
                assert answered.status == ("active" if status == "replayed" else "suspended")
        finally:
            await app.close()


class TestRevision0013:
    """The totals of leases; on a database with leases in every state, as the functions before it left them."""

    # Since when, price, first unsettled month, whether that was tried, and a former price until a month.
    LEASES: ClassVar[list[tuple[str, int, int, bool, tuple[int, int] | None]]] = [
        ("2026-01-31T12:00:00Z", 500, 6, False, None),
        ("2026-05-31T12:00:01Z", 500, 1, True, None),
        ("2026-05-30T12:00:00Z", 700, 1, True, (2, 650)),
        ("2026-04-15T00:00:00Z", 0, 1, False, (3, 90)),
        ("2026-06-15T11:00:00Z", 9_007_199_254_740_991, 1, False, None),
    ]

    async def test_the_leases_that_are_there_are_counted(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0012"):
            assert (await upgrade(empty.owner, role)).revision == "0012"
            await prepare_connection(owner)
            async with with_later_columns(owner):
                partner = await make_partner(owner, cash_cents=60)
                await make_partner(owner)
            for lease in self.LEASES:
                await self.insert(owner, partner, *lease)
            await self.insert(owner, partner, *self.LEASES[0])
            await owner.execute(
                "UPDATE leases SET status = 'disconnected', disconnected_at = assigned_at, "
                "disconnected_reason = 'released_by_partner' "
                "WHERE social_account_id = (SELECT max(social_account_id::text)::uuid FROM leases "
                "WHERE billing_status = 'current' AND monthly_price_cents = 500)"
            )
        assert (await upgrade(empty.owner, role)).revision == NEWEST
        await prepare_connection(owner)
        wrong = await mismatches(owner, partner.tenant_id)
        assert [each for each in wrong if each.startswith(("lease_totals", "lease_calendar"))] == []
        assert await owner.fetchval("SELECT count(*) FROM lease_totals") == 1
        for now in (NOON, NOON - timedelta(days=20)):
            until = now + timedelta(days=30)
            told = await read_outlook(owner, partner.tenant_id, partner.organization_id, now, until)
            assert told == await by_lease(owner, partner, now, until)

    async def insert(
        self,
        owner: Connection,
        partner: Wallet,
        assigned_at: str,
        price_cents: int,
        next_month: int,
        tried: bool,
        former: tuple[int, int] | None,
    ) -> None:
        at, lease_id = datetime.fromisoformat(assigned_at), uuid4()
        key = (partner.tenant_id, lease_id)
        await owner.execute(
            """
            INSERT INTO social_accounts
                (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
            VALUES ($1, $2, $3, 'tiktok', 'handle', 1, true, $4)
            """,
            *key,
            partner.project_id,
            at,
        )
        await owner.execute(
            """
            INSERT INTO leases
                (tenant_id, social_account_id, project_id, assigned_at, monthly_price_cents, next_month,
                 next_due_at, billing_status, past_due_since, next_attempt_at)
            VALUES ($1, $2, $3, $4, $5, $6, lease_month_start($4, $6),
                    CASE WHEN $7 THEN 'past_due' ELSE 'current' END,
                    CASE WHEN $7 THEN lease_month_start($4, $6) END,
                    CASE WHEN $7 THEN lease_month_start($4, $6) + interval '1 day' END)
            """,
            *key,
            partner.project_id,
            at,
            price_cents,
            next_month,
            tried,
        )
        if former is not None:
            await owner.execute(
                "INSERT INTO lease_former_prices VALUES ($1, $2, $3, $4)", *key, *former
            )
        if tried:
            await owner.execute(
                """
                INSERT INTO lease_charges
                    (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status)
                VALUES ($1, $2, $3::integer, lease_month_start($4, $3), lease_month_start($4, $3 + 1), $5, 'due')
                """,
                *key,
                next_month,
                at,
                price_cents if former is None else former[1],
            )
