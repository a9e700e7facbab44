"""Sending webhooks: slots, turns, claims that are lost, and reports that cannot be made."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from tests.support.deliveries import make_deliveries, make_endpoint, signed_with, statuses
from tests.support.holding import holding_rows
from tests.support.receiver import LONG, Receiver, Reply
from tests.support.tenants import make_partner
from tests.sweeps.sending import KEYS, LOST, Gate, due_endpoint, open_sending

from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.metrics.registry import REGISTRY
from partner_api.sweeps import locks
from partner_api.webhooks import sending_store
from partner_api.webhooks.sending import attempts
from partner_api.webhooks.sending.signatures import new_signing_secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from tests.support.databases import DatabaseUrls
    from tests.support.receiver import Received

    from partner_api.database.connection import Connection, Pool
    from partner_api.webhooks.sending_store import DeliveryResult, Finished


@pytest_asyncio.fixture
async def pool(urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections as the sweeps have them."""
    async with await open_pool(urls.app, 4, settings=locks.SETTINGS) as pool:
        yield pool


def attempts_counted(outcome: str) -> float:
    value = REGISTRY.get_sample_value("layers_webhook_attempts_total", {"outcome": outcome})
    return 0.0 if value is None else value


async def test_an_endpoint_a_tenant_and_all_together_have_so_many_slots(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool) as sending:
        lone = await due_endpoint(owner, connection, receiver.url("/held/lone"), 10)
        assert await sending.step() == 4
        assert await sending.step() == 0
        endpoints = []
        partners = [await make_partner(connection) for _ in range(6)]
        for partner, most in zip(partners, [16, 16, 16, 12, 0, 0], strict=True):
            for number in range(5):
                url = receiver.url(f"/held/{partner.tenant_id}/{number}")
                endpoints.append(await due_endpoint(owner, connection, url, 6, partner))
            # Other tenants have no slot of their own kept for them.
            assert await sending.step() == most
            assert await sending.step() == 0
        await receiver.until(lambda: receiver.open.total() == 64)
        of_partners = [
            sum(
                count
                for path, count in receiver.open.items()
                if path.startswith(f"/held/{partner.tenant_id}/")
            )
            for partner in partners
        ]
        assert max(of_partners) == 16
        assert sending.in_hand == 64
        gate.opened.set()
        await sending.until_idle()
        assert sending.in_hand == 0
        assert max(receiver.most_open[path] for path in receiver.most_open if path != "*") == 4
        assert receiver.most_open["*"] == 64
        assert await statuses(connection, lone, *endpoints) == {"delivered": 190}


async def test_who_is_slow_holds_up_nobody_else(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """Neither another tenant's endpoints nor another one of the same tenant."""
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool) as sending:
        slow = await due_endpoint(owner, connection, receiver.url("/held"), 300)
        await sending.step()
        await receiver.until(lambda: receiver.open["/held"] == 4)
        partner = await make_partner(connection)
        for number in range(3):
            hung = receiver.url(f"/held/{number}")
            await due_endpoint(owner, connection, hung, 100, partner)
        beside = await due_endpoint(owner, connection, receiver.url("/beside"), 50, partner)
        other = await due_endpoint(owner, connection, receiver.url("/other"), 50)

        def all_there() -> bool:
            paths = [request.path for request in receiver.requests]
            return paths.count("/beside") == paths.count("/other") == 50

        await sending.until(all_there)
        assert receiver.open["/held"] == 4
        await sending.until(lambda: sending.in_hand == 16)
        assert await statuses(connection, beside, other) == {"delivered": 100}
        assert await statuses(connection, slow) == {"delivering": 4, "pending": 296}


async def test_what_is_sent_is_reported_while_others_to_the_same_endpoint_go_on(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    first = asyncio.Event()

    async def hold_the_first(_request: Received) -> Reply:
        if len(receiver.requests) == 1:
            await first.wait()
        return Reply()

    async with Receiver(hold_the_first) as receiver, open_sending(pool) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url(), 20)
        await sending.until(lambda: len(receiver.requests) == 20 and sending.in_hand == 1)
        assert await statuses(connection, endpoint) == {"delivered": 19, "delivering": 1}
        first.set()
        await sending.until_idle()
        assert await statuses(connection, endpoint) == {"delivered": 20}


async def test_a_claim_that_is_lost_is_sent_again_and_its_late_report_changes_nothing(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    late: list[bool] = []

    async def hold_the_first(_request: Received) -> Reply:
        if not late:
            late.append(True)
            await gate.opened.wait()
            return Reply(500)
        return Reply()

    async with (
        Receiver(hold_the_first) as receiver,
        open_sending(pool) as stuck,
        open_sending(pool) as other,
    ):
        endpoint = await due_endpoint(owner, connection, receiver.url(), 1)
        await stuck.step()
        await receiver.until(lambda: len(receiver.requests) == 1)
        assert await other.step() == 0
        await other.until_idle(LOST)
        assert await statuses(connection, endpoint) == {"delivered": 1}
        stale = attempts_counted("stale")
        gate.opened.set()
        await stuck.until_idle(LOST)
        assert attempts_counted("stale") == stale + 1
        assert await statuses(connection, endpoint) == {"delivered": 1}
        sent = [request.event_id for request in receiver.requests]
        assert len(sent) == 2
        assert len(set(sent)) == 1
        made = "SELECT count(*) FROM webhook_attempts WHERE tenant_id = $1"
        assert await connection.fetchval(made, endpoint.tenant_id) == 1


async def test_what_was_lost_is_sent_before_all_that_has_become_due(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """Or a delivery would be in the hands of a sender that is gone as long as others are left."""
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool) as stuck, open_sending(pool) as other:
        await due_endpoint(owner, connection, receiver.url("/held"), 100)
        await stuck.step()
        await receiver.until(lambda: receiver.open["/held"] == 4)
        await other.step(LOST)
        await receiver.until(lambda: receiver.open["/held"] == 8)
        sent = [request.event_id for request in receiver.requests]
        assert sorted(sent[:4]) == sorted(sent[4:])


async def test_both_secrets_sign_while_one_takes_over_from_the_other(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    previous = new_signing_secret()
    partner = await make_partner(connection)
    async with Receiver() as receiver, open_sending(pool) as sending:
        endpoint = await make_endpoint(owner, KEYS, partner, receiver.url(), previous=previous)
        await make_deliveries(owner, endpoint)
        await sending.until_idle()
        await owner.execute(
            "UPDATE webhook_endpoints SET previous_secret_expires_at = now() WHERE id = $1",
            endpoint.id,
        )
        await make_deliveries(owner, endpoint)
        await sending.until_idle()
        both, one = receiver.requests
        assert signed_with(both, [previous, endpoint.secret]) == [endpoint.secret, previous]
        assert signed_with(one, [previous, endpoint.secret]) == [endpoint.secret]
        assert both.event["type"] == "test.ping"
        assert both.event["id"] == both.event_id


async def test_a_secret_that_cannot_be_read_is_a_failed_attempt_that_says_so(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    others = SecretKeys.parse("other:" + "ab" * 32)
    async with Receiver() as receiver, open_sending(pool, keys=others) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url(), 1)
        with capture_logs() as log:
            await sending.until_idle()
        assert receiver.requests == []
        row = await connection.fetchrow(
            "SELECT status, attempts, last_error FROM webhook_deliveries WHERE tenant_id = $1",
            endpoint.tenant_id,
        )
        assert row is not None
        assert (row["status"], row["attempts"]) == ("failed", 1)
        assert "cannot be read" in row["last_error"]
        (line,) = [entry for entry in log if entry["log_level"] == "error"]
        assert (line["event"], line["endpoint_id"]) == (
            "webhook_secret_unreadable",
            str(endpoint.id),
        )


async def test_a_bug_in_making_a_request_is_a_failed_attempt_and_frees_the_slot(
    pool: Pool, connection: Connection, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise KeyError("no such thing")

    monkeypatch.setattr(attempts, "event_body", broken)
    async with Receiver() as receiver, open_sending(pool) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url(), 3)
        with capture_logs() as log:
            await sending.until_idle()
        assert sending.in_hand == 0
        assert await statuses(connection, endpoint) == {"failed": 3}
        assert [entry["event"] for entry in log if entry["log_level"] == "error"] == [
            "webhook_not_made"
        ] * 3


async def test_a_line_for_each_attempt_has_no_url(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    async def refuse(_request: Received) -> Reply:
        return Reply(500)

    async with Receiver(refuse) as receiver, open_sending(pool) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url("/hook?key=hidden"), 1)
        with capture_logs() as log:
            await sending.until_idle()
    (line,) = [entry for entry in log if entry["event"] == "webhook_attempt"]
    assert (line["outcome"], line["status"], line["attempt"]) == ("failed", 500, 1)
    assert line["endpoint_id"] == str(endpoint.id)
    assert "hidden" not in str(line)


async def test_who_is_locked_is_reported_later_and_the_others_now(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool) as sending:
        partner = await make_partner(connection)
        locked = await due_endpoint(owner, connection, receiver.url("/held"), 3, partner)
        others = [await due_endpoint(owner, connection, receiver.url("/held"), 2) for _ in range(3)]
        await sending.step()
        await receiver.until(lambda: receiver.open["/held"] == 9)
        of_partner = "SELECT FROM webhook_queues WHERE tenant_id = $1 FOR UPDATE"
        async with holding_rows(owner, of_partner, partner.tenant_id):
            gate.opened.set()
            await sending.until(lambda: sending.in_hand == 3)
            assert sending.sweep.left_some
            assert await statuses(connection, *others) == {"delivered": 6}
            assert await statuses(connection, locked) == {"delivering": 3}
        async with asyncio.timeout(LONG):
            # It rests for a second.
            while sending.in_hand:
                await sending.step()
                await asyncio.sleep(0.05)
        assert await statuses(connection, locked) == {"delivered": 3}


async def test_what_cannot_be_reported_is_let_go_and_the_others_are_reported(
    pool: Pool, connection: Connection, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = sending_store.finish

    async with Receiver() as receiver, open_sending(pool) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url(), 4)
        bad = await connection.fetchval(
            "SELECT max(id::text)::uuid FROM webhook_deliveries WHERE tenant_id = $1",
            endpoint.tenant_id,
        )

        async def finish_all_but_one(
            connection: Connection,
            now: datetime,
            tenant_id: int,
            results: Sequence[DeliveryResult],
        ) -> list[Finished]:
            if any(result.delivery_id == bad for result in results):
                raise asyncpg.CheckViolationError("broken")
            return await finish(connection, now, tenant_id, results)

        monkeypatch.setattr(sending_store, "finish", finish_all_but_one)
        with capture_logs() as log:
            await sending.until_idle()
        assert await statuses(connection, endpoint) == {"delivered": 3, "delivering": 1}
        (line,) = [entry for entry in log if entry["log_level"] == "error"]
        assert (line["event"], line["delivery_id"]) == ("webhook_attempt_not_kept", str(bad))


async def test_an_unavailable_database_loses_no_report(
    pool: Pool, connection: Connection, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = sending_store.finish

    async def fail(*_: object) -> list[Finished]:
        raise asyncpg.ConnectionDoesNotExistError("gone")

    async with Receiver() as receiver, open_sending(pool) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url(), 3)
        await sending.step()
        await sending.sweep._sender.wait()
        monkeypatch.setattr(sending_store, "finish", fail)
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await sending.step()
        assert sending.in_hand == 3
        monkeypatch.setattr(sending_store, "finish", finish)
        await sending.until_idle()
        assert await statuses(connection, endpoint) == {"delivered": 3}


async def test_who_has_a_locked_delivery_gets_no_turn_for_a_while_and_the_others_go_on(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    async with Receiver() as receiver, open_sending(pool) as sending:
        locked, *others = [
            await due_endpoint(owner, connection, receiver.url(), 3) for _ in range(4)
        ]
        row = "SELECT FROM webhook_deliveries WHERE tenant_id = $1 FOR UPDATE"
        async with holding_rows(owner, row, locked.tenant_id):
            await sending.until(lambda: len(receiver.requests) == 9)
            assert sending.sweep.left_some
        async with asyncio.timeout(LONG):
            while len(receiver.requests) < 12:
                await sending.step()
                await asyncio.sleep(0.05)
        await sending.until_idle()
        assert await statuses(connection, locked, *others) == {"delivered": 12}


async def test_a_row_that_cannot_be_claimed_does_not_hold_up_the_others(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    async with Receiver() as receiver, open_sending(pool) as sending:
        bad, *others = [await due_endpoint(owner, connection, receiver.url(), 3) for _ in range(4)]
        await owner.execute(
            f"ALTER TABLE webhook_deliveries ADD CHECK (tenant_id <> {bad.tenant_id} OR status <> 'delivering')"
        )
        with capture_logs() as log:
            await sending.until_idle()
        assert await statuses(connection, *others) == {"delivered": 9}
        assert await statuses(connection, bad) == {"pending": 3}
        (line,) = [entry for entry in log if entry["event"] == "row_skipped"]
        assert (line["work"], line["tenant_id"]) == ("deliveries", bad.tenant_id)
