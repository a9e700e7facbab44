"""Names are looked up in few threads, whose owners nobody waits for longer than they want to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from ipaddress import ip_address
from typing import Final

import pytest

from partner_api.webhooks.sending import lookups as module
from partner_api.webhooks.sending.lookups import Lookups, NotFound, lookups_of_this_loop

PATIENCE_SECONDS: Final = 60


class Resolver:
    """Answers when it is let go; counts who asks, and says when so many have."""

    def __init__(self, most: int = 1) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []
        self._most = most
        self.all_asked = threading.Event()

    def __call__(self, name: str, _port: int) -> list[str]:
        self.asked.append(name)
        if len(self.asked) == self._most:
            self.all_asked.set()
        assert self.go.wait(PATIENCE_SECONDS)
        return ["1.1.1.1"]


async def test_whoever_waits_for_a_resolver_that_hangs_can_stop_waiting() -> None:
    resolver = Resolver()
    lookups = Lookups(resolver)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await lookups.addresses("a.example", 443)
    # Whoever asks again meanwhile waits for the same thread.
    again = [asyncio.create_task(lookups.addresses("a.example", 443)) for _ in range(3)]
    await asyncio.sleep(0)
    again.pop().cancel()
    resolver.go.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await asyncio.gather(*again) == [[ip_address("1.1.1.1")]] * 2
    assert resolver.asked == ["a.example"]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await lookups.addresses("a.example", 443)
    assert resolver.asked == ["a.example"] * 2


async def test_threads_are_few_and_whoever_waits_for_one_can_stop_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_THREADS", 3)
    resolver, last = Resolver(3), Resolver()
    lookups = Lookups(
        lambda name, port: last(name, port) if name == "7.example" else resolver(name, port)
    )
    # The last two want the same.
    names = [f"{number}.example" for number in (*range(8), 7)]
    waiting = [asyncio.create_task(lookups.addresses(name, 443)) for name in names]
    # The threads of others do their work meanwhile.
    assert await asyncio.to_thread(resolver.all_asked.wait, PATIENCE_SECONDS)
    assert sorted(resolver.asked) == names[:3]
    waiting[3].cancel()
    resolver.go.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        found = await asyncio.gather(*waiting[:7], return_exceptions=True)
        # The last has its thread by now, or gives it back: the one before it asks already.
        await asyncio.to_thread(last.all_asked.wait, PATIENCE_SECONDS)
        await asyncio.sleep(0.1)
        last.go.set()
        found += await asyncio.gather(*waiting[7:])
    assert sum(result == [ip_address("1.1.1.1")] for result in found) == 8
    assert sorted(resolver.asked + last.asked) == sorted({*names} - {names[3]})


async def test_names_of_one_that_hang_hold_up_nobody_elses() -> None:
    resolver = Resolver(module.MOST_THREADS_OF_ONE)
    lookups = Lookups(lambda name, port: ["8.8.8.8"] if name == "good" else resolver(name, port))
    names = [f"{number}.example" for number in range(module.MOST_THREADS)]
    waiting = [asyncio.create_task(lookups.addresses(name, 443, "one")) for name in names]
    assert await asyncio.to_thread(resolver.all_asked.wait, PATIENCE_SECONDS)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await lookups.addresses("good", 443, "other") == [ip_address("8.8.8.8")]
        assert await lookups.addresses("good", 443) == [ip_address("8.8.8.8")]
    assert len(resolver.asked) == module.MOST_THREADS_OF_ONE
    waiting.pop().cancel()
    resolver.go.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*waiting)
    assert sorted(resolver.asked) == sorted(names[:-1])


async def test_a_system_without_threads_is_an_error_that_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    lookups = Lookups(lambda *_: ["1.1.1.1"])
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(NotFound) as caught:
            await lookups.addresses("a.example", 443)
    assert caught.value.may_pass
    assert await lookups.addresses("a.example", 443) == [ip_address("1.1.1.1")]


async def test_the_systems_resolver_is_asked_and_all_tasks_share_it() -> None:
    lookups = lookups_of_this_loop()
    assert lookups is lookups_of_this_loop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert ip_address("127.0.0.1") in await lookups.addresses("localhost", 443)
        with pytest.raises(NotFound):
            await lookups.addresses("x.invalid", 443)


def test_a_process_ends_although_a_resolver_hangs() -> None:
    program = """
import asyncio, threading
from partner_api.webhooks.sending.lookups import Lookups

async def main():
    lookups = Lookups(lambda *_: threading.Event().wait())
    try:
        async with asyncio.timeout(0.01):
            await lookups.addresses("a.example", 443)
    except TimeoutError:
        print("stopped waiting")

asyncio.run(main())
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (ended.returncode, ended.stdout) == (0, "stopped waiting\n"), ended.stderr
