"""`layers listen` with a feed and a receiver that come and go: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest
from tests.commands.listening import KEY
from tests.commands.standins import FeedStandIn, Receiver, Said
from tests.commands.test_hostile_text import HOSTILE, OBEYED

from layers_partner import webhooks
from partner_api.commands.listening import receiver as receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.commands.standins import Asked
    from tests.support.commanding import Result, Run

WHOAMI = b'{"organizationId": "org_1", "organizationName": "Kiln"}'


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

    def test_for_programs_the_last_of_so_many_events_says_where_to_go_on(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        feed.happen("job.completed", "credits.low", "api_key.killed")
        lines = listen("--json", "--since", "2026-01-01T00:00:00Z", count=2).output.splitlines()
        cursor = json.loads(lines[-1])["cursor"]
        assert cursor is not None
        (line,) = listen("--json", "--cursor", cursor).output.splitlines()
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

    def test_a_secret_is_made_once_for_a_receiver_and_kept_where_only_its_owner_reads(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result], tmp_path: Path
    ) -> None:
        since = ("--since", "2026-01-01T00:00:00Z")
        feed.happen("job.completed")
        first, again = (
            re.findall(r"whsec_\S+", listen(*since, "--forward-to", receiver.url).errors)
            for _ in range(2)
        )
        other = listen(*since, "--forward-to", f"{receiver.url}/other")
        assert len(first) == 1
        assert first == again != re.findall(r"whsec_\S+", other.errors)
        kept = list((tmp_path / "layers" / "listen").iterdir())
        assert kept
        assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}

    def test_a_secret_that_is_given_is_used_and_neither_shown_nor_kept(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result], tmp_path: Path
    ) -> None:
        feed.happen("job.completed")
        secret = f"whsec_{'A' * 43}="
        words = ("--since", "2026-01-01T00:00:00Z", "--forward-to", receiver.url)
        ended = listen(*words, LAYERS_WEBHOOK_SECRET=secret)
        (asked,) = receiver.asked
        assert webhooks.verify(asked.body, asked.headers, secret)
        assert secret not in ended.output + ended.errors
        files = (tmp_path / "layers" / "listen").iterdir()
        assert not any(secret in file.read_text() for file in files)

    def test_a_receiver_that_takes_too_long_is_not_waited_for(
        self,
        feed: FeedStandIn,
        receiver: Receiver,
        listen: Callable[..., Result],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(receiving, "WEBHOOK_SECONDS", 0.2)
        done = threading.Event()

        def slow(_: Asked) -> Said:
            done.wait(60)
            return Said()

        monkeypatch.setattr(receiver, "answer", slow)
        feed.happen("job.completed", "job.failed")
        words = ("--since", "2026-01-01T00:00:00Z", "--forward-to", receiver.url)
        ended = listen(*words, "--json", count=2)
        done.set()
        answers = [json.loads(line)["answer"] for line in ended.output.splitlines()]
        assert [answer["status"] for answer in answers] == [None, None]
        assert answers[0]["error"] == "no answer within 0.2 s"
        assert receiver.ids() == [event["id"] for event in feed.events]

    def test_what_the_feed_has_no_more_is_said_to_be_lost(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result]
    ) -> None:
        words = ("--forward-to", receiver.url)
        first, *lost = feed.happen(*["job.completed"] * 4)
        listen(*words, "--since", "2026-01-01T00:00:00Z")
        feed.oldest = 3
        ended = listen(*words)
        assert receiver.ids() == [first, lost[-1]]
        assert "what came in between is lost" in ended.errors

    def test_it_begins_anew_when_asked_to(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result]
    ) -> None:
        words = ("--forward-to", receiver.url)
        ids = feed.happen("job.completed", "job.failed")
        listen(*words, "--since", "2026-01-01T00:00:00Z")
        listen(*words, "--since", "2026-01-01T00:00:00Z")
        assert receiver.ids() == [ids[0], ids[0]]
        polls = len(feed.polls())
        threading.Thread(target=_happen_when_asked, args=(feed, polls + 2)).start()
        listen(*words, "--from-now")
        assert receiver.ids()[2:] == [feed.events[2]["id"]]

    def test_what_was_kept_and_cannot_be_read_is_not_taken_for_nothing(
        self, feed: FeedStandIn, receiver: Receiver, listen: Callable[..., Result], tmp_path: Path
    ) -> None:
        feed.happen("job.completed", "job.failed")
        words = ("--forward-to", receiver.url)
        listen(*words, "--since", "2026-01-01T00:00:00Z")
        (file,) = (tmp_path / "layers" / "listen").glob("*.json")
        file.write_text("{")
        ended = listen(*words)
        assert (ended.status, len(receiver.asked)) == (1, 1)
        assert "Remove it" in ended.errors
        assert listen(*words, "--since", "2026-01-01T00:00:00Z").status == 0


class TestRefusals:
    def test_what_the_server_refuses_is_said_with_what_to_do(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        for status, code, details, words in (
            (401, "UNAUTHENTICATED", {}, "is it one of 127.0.0.1"),
            (
                403,
                "FORBIDDEN_SCOPE",
                {"requiredScope": "webhooks:read"},
                "has the scope webhooks:read",
            ),
            (503, "KILL_SWITCH", {"scope": "key"}, "KILL_SWITCH"),
            (422, "VALIDATION", {"issues": [{"path": "cursor", "message": "No."}]}, "--from-now"),
        ):
            feed.first(Said(200, WHOAMI), _refusal(status, code, details))
            ended = listen("--since", "1h")
            assert (ended.status, ended.output) == (1, "")
            assert ended.errors.splitlines()[2].startswith(f"layers: {code}: Refused.")
            assert words in ended.errors

    def test_another_server_is_not_taken_for_ours(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        for answers in (
            [Said(200, b"<html>")],
            [Said(404, b"<html>")],
            [Said(200, WHOAMI), Said(200, b'{"items": [{}], "nextCursor": "c1"}')],
            [Said(200, WHOAMI), Said(200, b'{"items": [], "nextCursor": null}')],
        ):
            feed.first(*answers)
            ended = listen("--since", "1h")
            assert ended.status == 1
            assert "Is LAYERS_BASE_URL right?" in ended.errors

    def test_a_server_that_is_not_there_at_the_start_is_not_waited_for(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        feed.stop()
        ended = listen()
        assert ended.status == 1
        assert "(Connection refused). Is the server running" in ended.errors

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (("--forward-to", "localhost:3000/hook"), "http://localhost:3000/hook"),
            (("--forward-to", "http://me:pw@localhost/"), "must not hold a user"),
            (("--forward-to", "ftp://localhost/"), "http://localhost:3000/hook"),
            (("--since", "yesterday"), "or a duration such as 30s, 15m, 1h or 7d"),
            (("--since", "1h", "--from-now"), "one of --since, --from-now and --cursor"),
            (("--secret", "whsec_short"), "44 characters of base64"),
            (("--events", ""), "Is a variable not set?"),
            (("--count", "0"), "--count"),
        ],
    )
    def test_what_cannot_be_meant_is_misuse(
        self,
        feed: FeedStandIn,
        listen: Callable[..., Result],
        words: tuple[str, ...],
        sentence: str,
    ) -> None:
        ended = listen(*words)
        assert ended.status == 2
        assert sentence in ended.errors
        assert feed.asked == []

    def test_without_a_key_it_says_which_variable_to_set(
        self, listen: Callable[..., Result]
    ) -> None:
        ended = listen(LAYERS_API_KEY="")
        assert (ended.status, ended.errors) == (
            1,
            "layers: There is no key. Set LAYERS_API_KEY: lp_live_…\n",
        )

    def test_what_it_is_set_up_with_is_named_by_its_variable(
        self, feed: FeedStandIn, listen: Callable[..., Result]
    ) -> None:
        ended = listen(LAYERS_API_KEY=f"lpo_{'0' * 16}_{'s' * 43}")
        assert "an operator's token; the key of a partner begins with lp_." in ended.errors
        ended = listen(LAYERS_ORGANIZATION="no/id")
        assert ended.errors.startswith("layers: LAYERS_ORGANIZATION must be the id of")
        feed.first(_refusal(404, "NOT_FOUND", {}))
        ended = listen(LAYERS_ORGANIZATION="org_of_nobody")
        assert "LAYERS_ORGANIZATION is set: is it a child of" in ended.errors


def _refusal(status: int, code: str, details: Mapping[str, object]) -> Said:
    error = {"code": code, "message": "Refused.", "requestId": "req_1", "details": details}
    return Said(status, json.dumps({"error": error}).encode())


def _happen_when_asked(feed: FeedStandIn, polls: int) -> None:
    feed.wait_for(lambda: len(feed.polls()) >= polls)
    feed.happen("job.failed")
