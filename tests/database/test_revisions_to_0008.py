"""Revisions up to 0008, on databases that have rows in the old shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.database.revisions import NEWEST
from tests.support.chains import broken_chains
from tests.support.databases import DatabaseUrls, role_of
from tests.support.operations import post
from tests.support.tenants import NOON, make_child, make_partner

from partner_api.cash import store as cash
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import connect, prepare_connection
from partner_api.database.migrate import upgrade
from partner_api.edge.identity.credentials import mint_api_key, mint_operator_token
from partner_api.ops.cash.schemas import posted_cash_of
from partner_api.ops.credits.schemas import posted_credits_of
from partner_api.rehearsal.store import (
    Installation,
    enter_production,
    is_for_development,
    raise_offset,
    read_installation,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class TestRevision0006:
    """Where development mode ends; on a database that has rows already."""

    # As the previous release writes them, which goes on beside the new schema.
    ADD_KEY = (
        "INSERT INTO api_keys (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, name, "
        "env, scopes, created_at) VALUES ($1, $2, $3, $4, $5, 'k1', 'Demo', 'live', '{*}', now())"
    )
    ADD_OPERATOR = (
        "INSERT INTO operators (id, name, role, keyid, secret_hash, hash_key_id, created_at) "
        "VALUES ($1, $2, 'admin', $2, $3, 'k1', now())"
    )

    @pytest.fixture
    async def add(self, owner: Connection) -> Callable[[Connection], Awaitable[None]]:
        """Adds a key and an operator as the previous release does; the schema has to be there."""

        async def add(connection: Connection) -> None:
            partner = await make_partner(connection)
            await connection.execute(
                self.ADD_KEY,
                partner.tenant_id,
                uuid4(),
                partner.organization_id,
                mint_api_key(partner.tenant_id, "live").keyid,
                bytes(32),
            )
            await connection.execute(
                self.ADD_OPERATOR, uuid4(), mint_operator_token().keyid, bytes(32)
            )

        return add

    async def test_what_was_there_is_unmarked_and_the_previous_release_goes_on(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
        add: Callable[[Connection], Awaitable[None]],
    ) -> None:
        role = role_of(empty.app)
        with version_at("0005"):
            assert (await upgrade(empty.owner, role)).revision == "0005"
            await prepare_connection(owner)
            await add(owner)
            assert not await owner.fetchval(
                "SELECT EXISTS (SELECT FROM pg_attribute WHERE attname = 'demo')"
            )
        assert (await upgrade(empty.owner, role)).revision == NEWEST

        app = await connect(empty.app)
        try:
            await add(app)
            for table in ("api_keys", "operators"):
                assert [row["demo"] for row in await app.fetch(f"SELECT demo FROM {table}")] == [
                    False,
                    False,
                ]
            # A start of the previous release, and a look at the clock.
            await app.execute(
                "UPDATE installation SET ever_production = true WHERE NOT ever_production"
            )
            assert await app.fetchval("SELECT clock_offset_seconds FROM installation") == 0
        finally:
            await app.close()

    async def test_a_production_database_whose_time_was_moved_stays_what_it_is(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """An earlier version let that happen. It is migrated, and no server starts on it."""
        role = role_of(empty.app)
        with version_at("0005"):
            await upgrade(empty.owner, role)
            await owner.execute(
                "UPDATE installation SET ever_production = true, clock_offset_seconds = 60"
            )
        assert (await upgrade(empty.owner, role)).current
        app = await connect(empty.app)
        try:
            assert not await enter_production(app)
            assert not await is_for_development(app)
            assert await raise_offset(app, 90) is None
        finally:
            await app.close()
        assert await read_installation(owner) == Installation(60, True)


class TestRevision0008:
    """The hash chains of the ledgers, for rows that were written without."""

    # As the previous release left them: two wallets, every column with and without something in it, and a gap.
    CREDITS = """
        INSERT INTO credit_events
            (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
             included_after, prepaid_after, usage_after, project_id, format, job_id, container_id,
             description, metadata, api_key_id, operator_id, request_id, created_at)
        SELECT $1, w.organization_id, n, gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'usage' ELSE 'grant' END,
               0, CASE n % 2 WHEN 0 THEN -1 ELSE 9 END, 0, 9 * n, n,
               CASE n % 2 WHEN 0 THEN gen_random_uuid() END, CASE n % 2 WHEN 0 THEN 'auto' END,
               CASE n % 2 WHEN 0 THEN gen_random_uuid() END, CASE n % 2 WHEN 0 THEN gen_random_uuid() END,
               CASE n % 3 WHEN 0 THEN E'caf\u00e9 "\\"\n' END,
               CASE n % 3 WHEN 0 THEN '{"reason": "x", "\u00e9": "\\"", "b": ""}' ELSE '{}' END::jsonb,
               CASE n % 4 WHEN 0 THEN gen_random_uuid() END, CASE n % 4 WHEN 1 THEN gen_random_uuid() END,
               CASE n % 4 WHEN 2 THEN 'req_1' END, timestamptz '2026-06-15 12:00:00.123Z' + n * interval '1 s'
          FROM wallets w, generate_series(1, 20) n
         WHERE w.tenant_id = $1 AND NOT (n = 7 AND w.partner_id IS NULL)
    """
    CASH = """
        INSERT INTO cash_events
            (tenant_id, organization_id, sequence, event_id, event_type, amount_cents, balance_after_cents,
             for_organization_id, social_account_id, project_id, lease_month, period_start, period_end,
             description, reference, operator_id, request_id, created_at)
        SELECT $1, w.organization_id, n, gen_random_uuid(),
               CASE n WHEN 2 THEN 'lease_charge' ELSE 'topup' END, CASE n WHEN 2 THEN -5 ELSE 10 END, 10 * n,
               w.organization_id, CASE n WHEN 2 THEN gen_random_uuid() END,
               CASE n WHEN 2 THEN gen_random_uuid() END, CASE n WHEN 2 THEN 0 END,
               CASE n WHEN 2 THEN timestamptz '2026-06-15 12:00Z' END,
               CASE n WHEN 2 THEN timestamptz '2026-07-15 12:00Z' END, 'Paid', CASE n WHEN 1 THEN 'R-1' END,
               gen_random_uuid(), 'req_1', timestamptz '2026-06-15 12:00Z' + n * interval '1 s'
          FROM cash_wallets w, generate_series(1, 3) n WHERE w.tenant_id = $1
    """
    RECORD = """
        INSERT INTO idempotency_keys
            (tenant_id, caller_id, method, route, key, fingerprint, status_code, answer, created_at)
        SELECT 0, $2, 'POST', '/posted', $3, '\x01', 200,
               json_build_object('event', to_jsonb(e) - '{{tenant_id,operator_id,request_id,sequence}}'::text[],
                                 'balance_cents', 1, 'balance', 1, 'available', 1), $4
          FROM {events} e WHERE tenant_id = $1 AND sequence = 3 LIMIT 1
    """

    async def test_rows_are_chained_and_the_chain_goes_on(
        self,
        empty: DatabaseUrls,
        owner: Connection,
        version_at: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        role, operator = role_of(empty.app), uuid4()
        with version_at("0007"):
            assert (await upgrade(empty.owner, role)).revision == "0007"
            await prepare_connection(owner)
            partner = await make_partner(owner)
            child = await make_child(owner, partner)
            unused = await make_partner(owner)
            await owner.execute(self.CREDITS, partner.tenant_id)
            await owner.execute(self.CASH, partner.tenant_id)
            await owner.execute("UPDATE wallets SET last_sequence = 20, prepaid = 180")
            await owner.execute(
                "UPDATE wallets SET last_sequence = 0, prepaid = 0 WHERE tenant_id = $1",
                unused.tenant_id,
            )
            await owner.execute("UPDATE cash_wallets SET last_sequence = 3, balance_cents = 30")
            await owner.execute(
                "UPDATE cash_wallets SET last_sequence = 0, balance_cents = 0 WHERE tenant_id = $1",
                unused.tenant_id,
            )
            for events in ("credit_events", "cash_events"):
                record = self.RECORD.format(events=events)
                await owner.execute(record, partner.tenant_id, operator, events, NOON)
        assert (await upgrade(empty.owner, role)).revision == NEWEST
        for wallet in (partner, unused):
            assert await broken_chains(owner, wallet.tenant_id) == []

        app = await connect(empty.app)
        try:
            for wallet in (partner, child, unused):
                assert (await post(app, wallet, "grant", 5)).status == "done"
            # What is repeated is answered with the hashes of its row.
            key = Idempotency(0, operator, "POST", "/posted", "credit_events", b"\x01")
            outcome = await post(app, partner, "grant", 5, idempotency=key)
            assert outcome.status == "replayed"
            event = posted_credits_of(outcome.facts or {}).event
            posting = cash.CashPosting(
                partner.organization_id,
                "topup",
                5,
                "Paid",
                None,
                SYSTEM,
                key._replace(key="cash_events"),
            )
            (outcome,) = await cash.post(app, partner.tenant_id, NOON, [posting])
            assert outcome.status == "replayed"
            paid = posted_cash_of(outcome.facts or {}).event
            again = posting._replace(idempotency=None)
            (outcome,) = await cash.post(app, partner.tenant_id, NOON, [again])
            assert outcome.status == "done"
        finally:
            await app.close()
        for table, hash_text in (("credit_events", event.hash), ("cash_events", paid.hash)):
            hashes = await owner.fetch(f"SELECT hash FROM {table} WHERE sequence = 3")
            assert hash_text in {row["hash"].hex() for row in hashes}
        for wallet in (partner, unused):
            assert await broken_chains(owner, wallet.tenant_id) == []
