"""Receivers that do their worst: each costs the sender a bounded time and memory, and the answer says what it did."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest
from tests.webhooks.sending.hostile import HOSTILE, NO_ANSWER
from tests.webhooks.sending.receivers import (
    OK,
    Visit,
    answering,
    client,
    on_both_loops,
    open_files,
    receiver,
    until,
)

from partner_api.webhooks.sending import client as client_module
from partner_api.webhooks.sending import failures
from partner_api.webhooks.sending.stream import Stream

MOST_READ_BYTES: Final = 1024 * 1024
LARGE_BODY: Final = b"x" * 256 * 1024


@pytest.fixture
def read_bytes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes were read by all senders, each time that some were."""
    counted: list[int] = []
    received = Stream.data_received

    def count(stream: Stream, data: bytes) -> None:
        counted.append(len(data))
        received(stream, data)

    monkeypatch.setattr(Stream, "data_received", count)
    return counted


@pytest.mark.parametrize("name", HOSTILE)
@on_both_loops
async def test_a_hostile_receiver_costs_little(
    name: str, read_bytes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    behave, status, error = HOSTILE[name]
    monkeypatch.setattr(client_module, "WEBHOOK_BODY_SECONDS", 0.2)
    if error == NO_ANSWER:
        for module in (client_module, failures):
            monkeypatch.setattr(module, "WEBHOOK_SECONDS", 0.5)
    files = 0
    for requests in (1, 8):
        # The first time also opens what the event loop keeps.
        files = files or open_files() + 8
        async with receiver(behave) as hostile, client() as sender:
            answers = await asyncio.gather(
                *[sender.send(hostile.url, {}, LARGE_BODY) for _ in range(requests)]
            )
            assert [(answer.status, answer.error) for answer in answers] == [
                (status, error)
            ] * requests
            assert all(len(answer.body) <= 2048 for answer in answers)
            if status is None:
                # Nobody is connected any more to one that nothing came from.
                await hostile.all_gone()
        assert sum(read_bytes) <= requests * MOST_READ_BYTES
        read_bytes.clear()
        await until(lambda: open_files() <= files)  # noqa: B023 - it is awaited here
        files = open_files()


@pytest.mark.parametrize(("body_bytes", "connections"), [(60_000, 1), (100_000, 2)])
async def test_64_kib_of_a_body_are_read(body_bytes: int, connections: int) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % body_bytes
    async with receiver(answering(head + b"x" * body_bytes)) as receiving, client() as sender:
        for _ in range(2):
            assert (await sender.send(receiving.url, {}, b"{}"))[:2] == (200, None)
        # Of one that has more, the connection is of no use.
        assert receiving.connections == connections


@on_both_loops
async def test_what_is_sent_while_nobody_reads_is_not_taken(read_bytes: list[int]) -> None:
    answered, full = asyncio.Event(), asyncio.Event()

    async def behave(visit: Visit) -> None:
        await visit.request()
        await visit.send(OK)
        await answered.wait()
        try:
            for _ in range(64):
                async with asyncio.timeout(0.5):
                    await visit.send(b"x" * 1024 * 1024)
        finally:
            full.set()

    async with receiver(behave) as receiving, client() as sender:
        assert (await sender.send(receiving.url, {}, b"{}")).status == 200
        answered.set()
        await full.wait()
        assert sum(read_bytes) <= MOST_READ_BYTES
