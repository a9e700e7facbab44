"""`layers listen` with a feed and a receiver that come and go: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest
from tests.commands.standins import FeedStandIn, Receiver, Said
from tests.commands.test_hostile_text import HOSTILE, OBEYED

from layers_partner import webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.commanding import Result, Run

KEY = f"lp_test_{'0' * 16}_{'s' * 43}"
UNAVAILABLE = Said(503, b"Bad gateway", {"Content-Type": "text/html"})


@pytest.fixture
def feed() -> Iterator[FeedStandIn]:
    with FeedStandIn() as feed:
        yield feed


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def listen(run: Run, feed: FeedStandIn, tmp_path: Path) -> Callable[..., Result]:
    """Run `layers listen` until it has had so many events."""

    def listen(*words: str, count: int = 1, **variables: str) -> Result:
        settings = {"LAYERS_API_KEY": KEY, "LAYERS_BASE_URL": feed.url}
        settings["XDG_STATE_HOME"] = str(tmp_path)
        return run("listen", "--count", str(count), *words, **{**settings, **variables})

    return listen


class TestPrinting:
    def test_each_event_is_a_line(self, feed: FeedStandIn, listen: Callable[..., Result]) -> None:
        feed.happen("job.completed", "credits.low")
        ended = listen("--since", "2026-01-01T00:00:00Z", count=2)
        assert ended.status == 0
        assert [line.split() for line in ended.output.splitlines()] == [
            [event["createdAt"], event["type"], event["id"], event["organizationId"]]
            for event in feed.events
        ]
        assert "Listening to the events of Kiln \\x1b[31m (test)" in ended.errors

    def test_it_begins_with_what_comes_from_now_on(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        feed.happen("job.completed")
        threading.Thread(target=_happen_when_asked, args=(feed, 2)).start()
        assert feed.events[0]["id"] not in listen().output

    def test_for_programs_each_event_is_a_line_of_json_that_says_where_to_go_on(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        feed.happen("job.completed", "credits.low")
        lines = listen("--json", "--since", "2026-01-01T00:00:00Z", count=2).output.splitlines()
        assert [json.loads(line) for line in lines] == [
            {"event": feed.events[0], "answer": None, "cursor": None},
            {"event": feed.events[1], "answer": None, "cursor": ANY},
        ]
        feed.happen("api_key.killed")
        (line,) = listen("--json", "--cursor", json.loads(lines[1])["cursor"]).output.splitlines()
        assert json.loads(line)["event"] == feed.events[2]

    def test_only_the_types_that_are_named_are_asked_for(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        feed.happen("job.completed", "credits.low", "api_key.killed")
        words = ("--events", "credits.low,job.failed", "--events", "api_key.killed")
        ended = listen("--since", "2026-01-01T00:00:00Z", *words, count=2)
        assert "job.completed" not in ended.output
        types = feed.polls()[0].query["type"]
        assert types == ["api_key.killed", "credits.low", "job.failed"]

    def test_a_terminal_obeys_nothing_of_an_event(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result]
    ) -> None:
        text = HOSTILE.replace("\ud800", "")
        feed.happen(text, f"long.{'x' * 200_000}", text=text)
        receiver.first(Said(500, text.encode()), Said(500, b"\xff" * 200_000))
        words = ("--since", "2026-01-01T00:00:00Z")
        shown = listen(*words, "--forward-to", receiver.url, count=2)
        assert shown.status == 0
        assert not OBEYED.search(shown.output + shown.errors)
        assert max(map(len, shown.output.splitlines())) < 500
        printed = listen(*words, "--json", count=2)
        assert not OBEYED.search(printed.output)
        assert [json.loads(line)["event"] for line in printed.output.splitlines()] == feed.events


class TestForwarding:
    def test_it_arrives_as_the_server_would_send_it(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result]
    ) -> None:
        feed.happen("job.completed", text="café 茶", ratio=0.1)
        url = f"{receiver.url}/hook/a%2Fb?x=1&y=a%20b+c&y=%2F"
        ended = listen("--since", "2026-01-01T00:00:00Z", "--forward-to", url)
        (asked,) = receiver.asked
        assert (asked.method, asked.path) == ("POST", "/hook/a%2Fb?x=1&y=a%20b+c&y=%2F")
        assert json.loads(asked.body) == feed.events[0]
        assert asked.body.startswith(b'{"id":"evt_')
        assert asked.headers["x-layers-event-id"] == feed.events[0]["id"]
        assert asked.headers["content-type"] == "application/json"
        (secret,) = re.findall(r"whsec_\S+", ended.errors)
        assert webhooks.verify(asked.body, asked.headers, secret) == feed.events[0]
        assert re.search(r"\n    204 in \d+ ms\n$", ended.output)


def _happen_when_asked(feed: FeedStandIn, polls: int) -> None:
    feed.wait_for(lambda: len(feed.polls()) >= polls)
    feed.happen("job.failed")
