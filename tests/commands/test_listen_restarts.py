"""`layers listen` when the server, the receiver or it itself goes away: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import re
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.commands.listening import Listening
from tests.commands.standins import FeedStandIn, Receiver, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.commands.standins import Asked

READY = "Stop with Ctrl-C."


class HoldingReceiver(Receiver):
    """A receiver that answers the event at one place only when it is let go."""

    held_at: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def answer(self, asked: Asked) -> Said:
        if len(self.asked) == self.held_at:
            assert self.let_go.wait(120)
        return super().answer(asked)


@pytest.fixture
def feed() -> Iterator[FeedStandIn]:
    with FeedStandIn() as feed:
        yield feed


@pytest.fixture
def receiver() -> Iterator[HoldingReceiver]:
    with HoldingReceiver() as receiver:
        yield receiver


@pytest.fixture
def listening(
    feed: FeedStandIn, receiver: HoldingReceiver, tmp_path: Path
) -> Callable[..., Listening]:
    """Start `layers listen`, which forwards to the receiver."""

    def start(*words: str) -> Listening:
        return Listening(feed.url, tmp_path, "--forward-to", f"{receiver.url}/hook?x=1", *words)

    return start


def test_a_receiver_that_is_away_gets_the_same_event_when_it_is_back(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    receiver.stop()
    with listening() as listener:
        listener.says(READY)
        feed.happen("job.completed", "job.failed", "credits.low")
        listener.says("again until there is one.")
        receiver.start()
        receiver.wait_for(lambda: len(receiver.asked) == 3)
        listener.says("answers again.")
        assert listener.interrupted() == 130
    assert receiver.ids() == [event["id"] for event in feed.events]
    assert listener.said.count("No answer from") == 1
    assert "onnect" in listener.said.partition("No answer from")[2].splitlines()[0]


def test_a_receiver_that_hangs_up_gets_the_event_again(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    receiver.first(Said(None), Said(None))
    with listening() as listener:
        listener.says(READY)
        first, second = feed.happen("job.completed", "job.failed")
        receiver.wait_for(lambda: len(receiver.asked) == 4)
    assert receiver.ids() == [first, first, first, second]


def test_an_event_that_is_refused_is_shown_and_not_sent_again(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    receiver.first(Said(500, b"boom\nat line 3"), Said(302, b"", {"Location": receiver.url}))
    with listening("--count", "3") as listener:
        listener.says(READY)
        ids = feed.happen("job.completed", "job.failed", "credits.low")
        assert listener.ended() == 0
    assert receiver.ids() == ids
    answers = [line.split() for line in listener.said.splitlines() if line.startswith("    ")]
    assert [words[0] for words in answers] == ["500", "302", "204"]
    assert " ms: boom\\nat line 3\n" in listener.said


def test_a_server_that_is_away_is_asked_again_from_the_same_place(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    with listening() as listener:
        listener.says(READY)
        feed.happen("job.completed")
        receiver.wait_for(lambda: len(receiver.asked) == 1)
        feed.stop()
        feed.happen("job.failed", "credits.low")
        listener.says("No answer from")
        feed.start()
        listener.says("answers again.")
        receiver.wait_for(lambda: len(receiver.asked) == 3)
        feed.first(
            Said(502, b"<html>", {"Content-Type": "text/html"}),
            Said(429, b"{}", {"Retry-After": "0"}),
        )
        feed.happen("api_key.killed")
        receiver.wait_for(lambda: len(receiver.asked) == 4)
        assert listener.interrupted() == 130
    assert receiver.ids() == [event["id"] for event in feed.events]
    # The stand-in ended a poll when it stopped, and an outage is said of once.
    assert listener.said.count("Asking again until") == 2


def test_ctrl_c_while_nothing_happens_ends_it_at_once(
    feed: FeedStandIn, listening: Callable[..., Listening]
) -> None:
    secrets = set()
    for number in (signal.SIGINT, signal.SIGTERM):
        with listening() as listener:
            listener.says(READY)
            feed.wait_for(lambda: len(feed.polls()) > 0)
            listener.send(number)
            assert listener.ended() == 128 + number
        assert listener.said.endswith(f"layers: Stopped by {signal.Signals(number).name}.\n")
        secrets.update(re.findall(r"whsec_\S+", listener.said))
    assert len(secrets) == 1, "its secret is kept from the first start on"


def test_ctrl_c_while_the_receiver_works_waits_for_its_answer_and_nothing_comes_twice(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    receiver.held_at = 2
    with listening() as listener:
        listener.says(READY)
        feed.happen("job.completed", "job.failed", "credits.low")
        receiver.wait_for(lambda: len(receiver.asked) == 2)
        listener.send(signal.SIGINT)
        listener.says("Stopping when the receiver has answered.")
        receiver.let_go.set()
        assert listener.ended() == 130
    with listening("--count", "1") as listener:
        assert listener.ended() == 0
    assert receiver.ids() == [event["id"] for event in feed.events]
    assert "going on where it stopped" in listener.said


def test_a_second_ctrl_c_waits_for_nobody(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    receiver.held_at = 1
    with listening() as listener:
        listener.says(READY)
        feed.happen("job.completed")
        receiver.wait_for(lambda: len(receiver.asked) == 1)
        listener.send(signal.SIGINT)
        listener.says("Stopping when the receiver has answered.")
        assert listener.interrupted() == 130
    receiver.let_go.set()


def test_a_listener_that_is_killed_repeats_only_what_was_not_answered(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    receiver.held_at = 4
    with listening() as listener:
        listener.says(READY)
        ids = feed.happen(*["job.completed"] * 7)
        receiver.wait_for(lambda: len(receiver.asked) == 4)
        listener.send(signal.SIGKILL)
        assert listener.ended() == -signal.SIGKILL
    receiver.let_go.set()
    with listening("--count", "4") as listener:
        assert listener.ended() == 0
    assert receiver.ids() == [*ids[:4], *ids[3:]]


def test_through_restarts_of_all_three_each_event_comes_once_and_in_order(
    feed: FeedStandIn, receiver: HoldingReceiver, listening: Callable[..., Listening]
) -> None:
    """More events than a page has, so that it is stopped in the middle of pages too."""
    with listening() as listener:
        listener.says(READY)
        assert listener.interrupted() == 130
    for stop in range(3):
        with listening() as listener:
            feed.happen(*["job.completed", "credits.low"] * 10)
            receiver.wait_for(partial(_has, receiver, stop * 20 + 7))
            one = (feed, receiver)[stop % 2]
            if stop:
                one.stop()
            assert listener.interrupted() == 130
        if not one.is_there:
            one.start()
    missing = len(feed.events) - len(receiver.asked)
    if missing:
        with listening("--count", str(missing)) as listener:
            assert listener.ended() == 0
    assert receiver.ids() == [event["id"] for event in feed.events]


def test_only_one_listener_forwards_to_a_receiver(
    feed: FeedStandIn, listening: Callable[..., Listening]
) -> None:
    with listening() as first:
        first.says(READY)
        with listening() as second:
            assert second.ended() == 1
        assert second.said.startswith("layers: Another `layers listen` forwards the same events")
        with listening("--events", "job.completed") as other:
            other.says(READY)


def _has(receiver: Receiver, count: int) -> bool:
    return len(receiver.asked) >= count
