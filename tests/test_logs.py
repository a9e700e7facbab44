import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from partner_api.logs import OncePerMinute, configure_logging

KEY_ID = "01HX9Y6K7EJ4T2AB"
SECRET = "4QZpN_-x7kWmTq2vYb8RcLsDfGhJ9nKpXzA5uE3iO0w"
KEY = f"lp_live_{KEY_ID}_{SECRET}"
URL = "postgresql://layers_app:hunter2@db/layers"


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    loggers = [logging.getLogger(n) for n in ("", "uvicorn.error", "httpx2", "httpcore2")]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    yield
    for one, handlers, level, propagate in before:
        one.handlers[:] = handlers
        one.setLevel(level)
        one.propagate = propagate
    structlog.reset_defaults()


class StandardError:
    """What has been written since the test began; nothing may go to standard output."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def getvalue(self) -> str:
        captured = self._capsys.readouterr()
        assert captured.out == ""
        self._text += captured.err
        return self._text


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> StandardError:
    return StandardError(capsys)


def lines_of(stream: StandardError) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_lines(stderr: StandardError) -> None:
    configure_logging("json", "info")
    structlog.get_logger("partner_api.sweeps").info("lease renewed", leases=3, where="éà")
    [line] = lines_of(stderr)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "lease renewed",
        "level": "info",
        "logger": "partner_api.sweeps",
        "leases": 3,
        "where": "éà",
    }


def test_console_lines(stderr: StandardError) -> None:
    configure_logging("console", "info")
    structlog.get_logger().warning("wallet is low", organization="org_1")
    assert "wallet is low" in stderr.getvalue()
    assert "organization=org_1" in stderr.getvalue()
    assert "\x1b" not in stderr.getvalue()


@pytest.mark.parametrize(
    "name", ["asyncpg", "alembic.runtime.migration", "uvicorn.error", "anything"]
)
def test_other_loggers_have_the_same_form(stderr: StandardError, name: str) -> None:
    configure_logging("json", "info")
    logging.getLogger(name).warning("%s of %d", "one", 2, extra={"revision": "0001"})
    [line] = lines_of(stderr)
    assert (line["event"], line["level"], line["logger"]) == ("one of 2", "warning", name)
    assert line["revision"] == "0001"


def test_the_http_server_writes_through_the_same_handler(stderr: StandardError) -> None:
    configure_logging("json", "info")
    logging.getLogger("uvicorn.error").warning("%(path)s", {"path": f"/?key={KEY}"})
    assert [line["event"] for line in lines_of(stderr)] == [f"/?key=lp_live_{KEY_ID}_****"]


def test_levels(stderr: StandardError) -> None:
    early = structlog.get_logger("early")
    configure_logging("json", "error")
    early.warning("left out")
    logging.getLogger("x").warning("left out")
    logging.getLogger("httpx2").warning("left out")
    early.error("one")
    configure_logging("json", "debug")
    early.debug("two")
    logging.getLogger("x").debug("three")
    logging.getLogger("httpx2").info("left out")
    assert [line["event"] for line in lines_of(stderr)] == ["one", "two", "three"]


def fail_with_secret() -> None:
    password = "hunter2 in a local variable"
    raise ConnectionError(f"{URL} with {KEY} {len(password)}")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_secret_reaches_the_log(stderr: StandardError, log_format: Any) -> None:
    configure_logging(log_format, "info")
    own, foreign = structlog.get_logger("own"), logging.getLogger("foreign")
    structlog.contextvars.bind_contextvars(bound=KEY)
    try:
        own.info(f"connect to {URL}", key=KEY, deep={"a": [KEY, {URL: (URL,)}]}, raw=KEY.encode())
        own.info("%s and %s", KEY, URL)
        foreign.warning(
            "connect to %s", URL, extra={"header": f"Bearer {KEY}", "password": "hunter2"}
        )
        try:
            fail_with_secret()
        except ConnectionError as error:
            own.exception("own", error=error)
            foreign.exception("foreign")
            own.info("stack", stack_info=True)
    finally:
        structlog.contextvars.clear_contextvars()
    text = stderr.getvalue()
    assert "Traceback" in text
    assert "fail_with_secret" in text
    assert f"lp_live_{KEY_ID}_****" in text
    assert "postgresql://layers_app:****@db/layers" in text
    assert SECRET not in text
    # The source line of the traceback has the word; the value of the variable must not be there.
    assert text.replace('password = "hunter2', "").count("hunter2") == 0


def test_what_a_client_sends_cannot_forge_a_line(stderr: StandardError) -> None:
    configure_logging("console", "info")
    structlog.get_logger().info("path /\x1b[2J\nfake", agent="\x9b\x00x\r\u202e")
    logging.getLogger("x").info("path \x1b]0;\a%s", "\n")
    assert len(stderr.getvalue().splitlines()) == 2
    assert not set(stderr.getvalue()) & set("\x1b\x9b\x00\a\r\u202e")


def test_text_that_cannot_be_encoded_is_still_logged(stderr: StandardError) -> None:
    configure_logging("json", "info")
    structlog.get_logger().info("name \udcff", value=object, **{"1": {2: "\udcff"}})
    [line] = lines_of(stderr)
    assert line["event"] == "name \udcff"
    assert line["1"] == {"2": "\udcff"}


def test_a_bad_log_call_neither_raises_nor_leaks(
    stderr: StandardError, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_logging("json", "info")
    logging.getLogger("somewhere").info("%d", KEY)
    assert "A log line of somewhere, line " in stderr.getvalue()
    assert "TypeError" in stderr.getvalue()
    assert SECRET not in stderr.getvalue()

    closed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    configure_logging("json", "info")
    closed.close()
    logging.getLogger("somewhere").info("nobody listens")


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_is_written_and_then_one_a_minute_with_how_many_were_not() -> None:
    clock = Seconds()
    lines = OncePerMinute(clock)

    assert lines.admit() == 0
    assert [lines.admit() for _ in range(3)] == [None] * 3
    clock.now += 59.9
    assert lines.admit() is None
    clock.now += 0.1
    assert lines.admit() == 4
    assert lines.admit() is None


def test_after_a_quiet_time_the_next_one_is_written_at_once() -> None:
    clock = Seconds()
    lines = OncePerMinute(clock)
    lines.admit()
    clock.now += 3_600
    assert lines.admit() == 0
    assert lines.admit() is None
