"""Sending webhooks goes on between the steps of a server, and not between those of the rehearsal clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.deliveries import now, statuses
from tests.support.receiver import LONG, Receiver
from tests.sweeps.sending import LOST, Gate, due_endpoint, open_sending

from partner_api.clock import Clock
from partner_api.database.notifications import Bell
from partner_api.metrics.registry import REGISTRY
from partner_api.sweeps.loop import run_sweeps
from partner_api.sweeps.metrics import measure_lag
from partner_api.sweeps.progress import SweepProgress
from partner_api.webhooks.sending.metrics import measure

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool


async def test_a_stop_waits_for_what_is_being_sent_and_reports_it(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url("/held"), 6)
        await sending.step()
        await receiver.until(lambda: receiver.open["/held"] == 4)
        stopping = asyncio.create_task(sending.sweep.stop(pool, Clock()))
        await asyncio.sleep(0)
        gate.opened.set()
        async with asyncio.timeout(LONG):
            await stopping
        assert sending.in_hand == 0
        # No others are begun.
        assert await statuses(connection, endpoint) == {"delivered": 4, "pending": 2}


async def test_a_stop_ends_in_its_time_and_what_it_cuts_off_is_sent_by_the_next(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool, drain_seconds=0.05) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url("/held"), 3)
        await sending.step()
        await receiver.until(lambda: receiver.open["/held"] == 3)
        async with asyncio.timeout(LONG):
            await sending.sweep.stop(pool, Clock())
        assert sending.in_hand == 0
        assert await statuses(connection, endpoint) == {"delivering": 3}
        gate.opened.set()
        async with open_sending(pool) as other:
            assert await other.step() == 0
            await other.until_idle(LOST)
        assert await statuses(connection, endpoint) == {"delivered": 3}


async def test_the_loop_sends_at_once_what_a_bell_tells_of_and_goes_on_with_each_answer(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    stop = asyncio.Event()
    async with Receiver() as receiver, open_sending(pool) as sending:
        sending.sweep.pause_seconds = 3600
        bell = Bell(pool)
        running = asyncio.create_task(
            run_sweeps(pool, Clock(), bell, [sending.sweep], stop, SweepProgress())
        )
        endpoint = await due_endpoint(owner, connection, receiver.url(), 40)
        bell.ring("deliveries")
        await receiver.until(lambda: len(receiver.requests) == 40)
        stop.set()
        async with asyncio.timeout(LONG):
            await running
        assert await statuses(connection, endpoint) == {"delivered": 40}


async def test_a_step_of_the_rehearsal_clock_waits_for_all_answers(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    async with Receiver() as receiver, open_sending(pool, drain_seconds=None) as sending:
        endpoint = await due_endpoint(owner, connection, receiver.url(), 10)
        advanced = [await sending.step() for _ in range(4)]
        assert advanced == [8, 8, 4, 0]
        assert sending.in_hand == 0
        assert not sending.sweep.left_some
        assert await statuses(connection, endpoint) == {"delivered": 10}


async def test_the_rehearsal_clock_sees_that_another_process_is_sending(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    async with (
        Receiver(gate) as receiver,
        open_sending(pool) as server,
        open_sending(pool, drain_seconds=None) as rehearsal,
    ):
        await due_endpoint(owner, connection, receiver.url("/held"), 1)
        await server.step()
        await receiver.until(lambda: receiver.open["/held"] == 1)
        assert await rehearsal.step() == 0
        assert rehearsal.sweep.left_some
        gate.opened.set()
        await server.until_idle()
        assert await rehearsal.step() == 0
        assert not rehearsal.sweep.left_some


async def test_a_receiver_that_is_dead_does_not_make_the_server_late(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    gate = Gate()
    async with Receiver(gate) as receiver, open_sending(pool) as sending:
        await due_endpoint(owner, connection, receiver.url("/held"), 10)
        await sending.step()
        hour = now() + timedelta(hours=1)
        assert await measure_lag(connection, [sending.sweep], hour) == 0.0
        await measure(connection, hour)
        assert (REGISTRY.get_sample_value("layers_webhook_oldest_due_seconds") or 0) > 3_500
        assert REGISTRY.get_sample_value("layers_webhook_pending") == 10
        assert REGISTRY.get_sample_value("layers_webhook_in_flight") == 4
        assert REGISTRY.get_sample_value("layers_webhook_auto_paused_endpoints") == 0
