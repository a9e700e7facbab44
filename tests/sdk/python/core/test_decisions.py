"""Whether a request is sent again, after which pause, and until when."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sdk.python.core.building import configuration

from layers_partner.core.answers import Answer
from layers_partner.core.decisions import (
    LONGEST_PAUSE_SECONDS,
    Tries,
    is_passing,
    pause_seconds,
    retry_after,
)
from layers_partner.core.headers import Headers
from layers_partner.core.operations import Operation
from layers_partner.core.requests import Request
from layers_partner.errors import APIConnectionError, APIError, APITimeoutError, LayersError

NEVER = ["KILL_SWITCH", "CONFLICT", "IDEMPOTENCY_CONFLICT", "BILLING_EXHAUSTED"]


@pytest.mark.parametrize(
    ("status", "code", "advice", "expected"),
    [
        (408, "REQUEST_TIMEOUT", None, True),
        (429, "RATE_LIMITED", None, True),
        (500, "INTERNAL", None, True),
        (503, "UNAVAILABLE", None, True),
        (409, "IDEMPOTENCY_IN_PROGRESS", None, True),
        (502, "", None, True),
        (599, "", None, True),
        (503, "FUTURE_CODE", None, True),
        (400, "IDEMPOTENCY_REQUIRED", None, False),
        (401, "UNAUTHENTICATED", None, False),
        (403, "FORBIDDEN_SCOPE", None, False),
        (404, "NOT_FOUND", None, False),
        (413, "PAYLOAD_TOO_LARGE", None, False),
        (422, "VALIDATION", None, False),
        (302, "", None, False),
        (409, "", None, False),
        (409, "FUTURE_CODE", None, False),
        (409, "FUTURE_CODE", "true", True),
        (503, "UNAVAILABLE", "false", False),
        (500, "", "false", False),
        (429, "RATE_LIMITED", "FALSE", False),
        (422, "VALIDATION", "true", True),
        (503, "UNAVAILABLE", "perhaps", True),
        (422, "VALIDATION", "perhaps", False),
        *[(status, code, advice, False) for code in NEVER for status in (402, 409, 503)
          for advice in (None, "true", "false")],
    ],
)  # fmt: skip
def test_what_is_sent_again(status: int, code: str, advice: str | None, expected: bool) -> None:
    headers = Headers([("X-Should-Retry", advice)] if advice else [])
    assert is_passing(status, code, headers) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0),
        ("5", 5.0),
        (" 5 ", 5.0),
        ("1.5", 1.5),
        ("600", 600.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("inf", None),
        ("nan", None),
        ("1e3", None),
        ("٣", None),
        ("Thu, 28 May 2026 20:26:50 GMT", 10.0),
        ("Thu, 28 May 2026 20:26:30 GMT", 0.0),
        ("Thu, 99 May 2026 20:26:30 GMT", None),
    ],
)
def test_what_the_server_asks_for(text: str, expected: float | None) -> None:
    assert retry_after(Headers([("Retry-After", text)]), lambda: 1_780_000_000.0) == expected
    assert retry_after(Headers()) is None


@given(st.integers(0, 2000), st.floats(0, 1))
def test_a_pause_is_all_chance_up_to_a_limit_that_doubles(retry: int, chance: float) -> None:
    limits = []

    def uniform(low: float, high: float) -> float:
        limits.append((low, high))
        return low + (high - low) * chance

    pause = pause_seconds(retry, None, uniform)
    assert limits == [(0.0, min(8.0, 0.5 * 2.0 ** min(retry, 20)))]
    assert pause is not None
    assert 0 <= pause <= LONGEST_PAUSE_SECONDS


@given(st.floats(0, 1e6), st.integers(0, 5))
def test_a_pause_is_what_the_server_asks_for_up_to_a_minute(asked: float, retry: int) -> None:
    assert pause_seconds(retry, asked) == (asked if asked <= 60 else None)


def _request(timeout: float = 60.0, max_retries: int = 2, **arguments: Any) -> Request:
    return Request(
        configuration(),
        Operation("test", "POST", "/v1/test"),
        {"timeout": timeout, "max_retries": max_retries, "idempotency_key": "k1"},
        **arguments,
    )


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _unavailable(**headers: str) -> Answer:
    body = b'{"error": {"code": "UNAVAILABLE", "message": "Later."}}'
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Answer(503, Headers(pairs), body)


def _lost() -> APIConnectionError:
    return APIConnectionError("lost", idempotency_key="k1")


FAILURES: list[Callable[[Tries], float | None]] = [
    lambda tries: tries.answered(_unavailable()),
    lambda tries: tries.answered(_unavailable(Retry_After="3")),
    lambda tries: tries.failed(_lost()),
    lambda tries: tries.failed(tries.timed_out()),
]


@given(
    timeout=st.floats(0.01, 600),
    max_retries=st.integers(0, 6),
    steps=st.lists(
        st.tuples(st.sampled_from(FAILURES), st.floats(0, 100), st.floats(0, 1)), min_size=7
    ),
)
def test_tries_and_pauses_keep_to_one_deadline(
    timeout: float,
    max_retries: int,
    steps: list[tuple[Callable[[Tries], float | None], float, float]],
) -> None:
    clock = Clock()
    chances = [0.0]
    tries = Tries(
        _request(timeout, max_retries),
        clock=clock,
        uniform=lambda low, high: low + (high - low) * chances[0],
    )
    begun = 0
    with pytest.raises(LayersError) as caught:
        for fail, takes, chance in steps:
            chances[0] = chance
            left = tries.begin()
            begun += 1
            assert 0 < left <= timeout + 1e-6
            assert abs((clock.now - 1000.0) + left - timeout) < 1e-6
            # A try gets the time that is left, and no more.
            clock.now += min(takes, left)
            pause = fail(tries)
            assert pause is not None
            clock.now += pause
            assert clock.now - 1000.0 < timeout
    assert begun <= max_retries + 1
    assert clock.now - 1000.0 <= timeout + 1e-6
    assert caught.value.idempotency_key == "k1"  # type: ignore[attr-defined]


def test_a_pause_that_would_pass_the_deadline_is_not_begun() -> None:
    tries = Tries(_request(timeout=10.0), clock=Clock(), uniform=lambda _, high: high)
    tries.begin()
    with pytest.raises(APIError) as caught:
        tries.answered(_unavailable(Retry_After="10"))
    assert caught.value.code == "UNAVAILABLE"


def test_a_pause_of_more_than_a_minute_is_not_begun() -> None:
    tries = Tries(_request(timeout=1000.0))
    tries.begin()
    with pytest.raises(APIError):
        tries.answered(_unavailable(Retry_After="61"))
    assert Tries(_request(timeout=1000.0)).answered(_unavailable(Retry_After="60")) == 60.0


def test_a_pause_that_took_too_long_ends_in_the_last_error() -> None:
    clock = Clock()
    tries = Tries(_request(timeout=10.0), clock=clock)
    tries.begin()
    assert tries.answered(_unavailable(Retry_After="1")) == 1.0
    clock.now += 11
    with pytest.raises(APIError, match=re.escape("503 UNAVAILABLE")):
        tries.begin()
    with pytest.raises(APITimeoutError, match="within the 10 seconds"):
        late = Tries(_request(timeout=10.0), clock=clock)
        clock.now += 11
        late.begin()


def test_what_can_be_read_once_is_sent_again_only_if_nothing_of_it_was() -> None:
    request = _request(upload=iter([b"a", b"b"]), content_type="text/csv")
    assert Tries(request).failed(_lost()) >= 0
    assert request.content is not None
    assert next(request.content.pieces()) == b"a"  # type: ignore[union-attr]
    with pytest.raises(APIConnectionError):
        Tries(request).failed(_lost())
