"""Being stopped: at once where that is safe, and a moment later where it is not."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from embedded_postgres.interruptions import stop_like_control_c, stops_deferred

if TYPE_CHECKING:
    from collections.abc import Iterator

STOPS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Handlers as a command has them, until the test is over."""
    before = {number: signal.getsignal(number) for number in STOPS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stop_like_control_c(signal.SIGTERM)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOPS)
def test_outside_an_event_loop_it_interrupts(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", STOPS)
def test_in_an_event_loop_it_cancels(number: signal.Signals) -> None:
    seen: list[str] = []

    def callback() -> None:
        signal.raise_signal(number)
        seen.append("callback ended")

    async def work() -> None:
        # In a callback, as when it comes while the loop hands on what a socket has brought.
        asyncio.get_running_loop().call_soon(callback)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work())
    assert seen == ["callback ended", "cancelled"]


def test_it_stops_a_process_that_is_shielded_from_control_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("number", STOPS)
def test_one_that_is_deferred_comes_at_the_end_of_the_block(number: signal.Signals) -> None:
    seen = []
    with pytest.raises(KeyboardInterrupt), stops_deferred():
        signal.raise_signal(number)
        seen.append("went on")
    assert seen == ["went on"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_what_is_ignored_stays_ignored_in_a_block() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with stops_deferred():
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
