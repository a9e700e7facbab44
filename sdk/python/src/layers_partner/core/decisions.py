"""Whether a request is sent again, after which pause, and how long all of it may take."""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING, Final

from layers_partner.errors import APITimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers_partner.core.answers import Answer
    from layers_partner.core.requests import Request
    from layers_partner.errors import APIConnectionError, APIError, LayersError

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 8.0
LONGEST_RETRY_AFTER_SECONDS: Final = 60.0
# Sent again, the request would meet the same refusal.
_NEVER_AGAIN: Final = frozenset(
    {"KILL_SWITCH", "CONFLICT", "IDEMPOTENCY_CONFLICT", "BILLING_EXHAUSTED"}
)
_AGAIN: Final = frozenset({"IDEMPOTENCY_IN_PROGRESS"})
_STATUSES: Final = frozenset({408, 429, *range(500, 600)})
_SECONDS: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]+)?")


def is_passing(status: int, code: str, headers: Mapping[str, str]) -> bool:
    """Check whether the same request, sent again, may succeed.

    Args:
        status: of the answer.
        code: of the error; empty when the answer is not one of the API.
        headers: of the answer.
    """
    if code in _NEVER_AGAIN:
        return False
    advice = headers.get("x-should-retry", "").lower()
    if advice in {"true", "false"}:
        return advice == "true"
    return code in _AGAIN or status in _STATUSES


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that the server asks to wait; None when it does not, or cannot be understood.

    Args:
        headers: of the answer.
        now: the time, in seconds since 1970.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    if not text:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now())
    except (ValueError, OverflowError):
        return None


def pause_seconds(
    retry: int, asked: float | None, uniform: Callable[[float, float], float] = random.uniform
) -> float | None:
    """Return how long to wait before a retry; None when the server asks for too long.

    Args:
        retry: which one it is, from 0.
        asked: what the server asks for.
        uniform: gives a number between two.
    """
    if asked is not None:
        return asked if asked <= LONGEST_RETRY_AFTER_SECONDS else None
    # All of it is chance, so that clients that failed together do not come back together.
    return uniform(0.0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(retry, 10)))


class Tries:
    """The tries of one request, under one deadline over all of them and their pauses."""

    __slots__ = ("_clock", "_deadline", "_last", "_request", "_retries", "_uniform", "begun")

    def __init__(
        self,
        request: Request,
        *,
        clock: Callable[[], float] = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._request = request
        self._clock = clock
        self._uniform = uniform
        self._deadline = clock() + request.timeout
        self._retries = 0
        self._last: LayersError | None = None
        self.begun = 0.0
        """When the current try began, by the clock."""

    @property
    def number(self) -> int:
        """The number of the current try, from 1."""
        return self._retries + 1

    def begin(self) -> float:
        """Begin a try, and return the seconds that it has.

        Raises:
            LayersError: the last one, because a pause took longer than it should have, and no time is left.
        """
        self.begun = self._clock()
        left = self._deadline - self.begun
        if left <= 0:
            raise self._last or self.timed_out()
        return left

    def timed_out(self) -> APITimeoutError:
        """Return the error of a call that has no time left."""
        return APITimeoutError(
            f"There was no answer within the {self._request.timeout:g} seconds of the time limit.",
            idempotency_key=self._request.idempotency_key,
        )

    def answered(self, answer: Answer) -> float | None:
        """Return None for an answer to return, else the seconds to wait before the next try.

        Raises:
            APIError: the answer is an error that is not tried again.
        """
        error = answer.error
        if error is None:
            return None
        error.idempotency_key = self._request.idempotency_key
        if not is_passing(error.status, error.code, answer.headers):
            raise error
        return self._pause(error, retry_after(answer.headers))

    def failed(self, error: APIConnectionError, *, is_passing: bool = True) -> float:
        """Return the seconds to wait before the next try, after one that got no answer.

        Raises:
            APIConnectionError: there is no other try.
        """
        if not is_passing:
            raise error
        return self._pause(error, None)

    def _pause(self, error: APIError | APIConnectionError, asked: float | None) -> float:
        if self._retries >= self._request.max_retries or not self._request.can_be_sent():
            raise error
        pause = pause_seconds(self._retries, asked, self._uniform)
        if pause is None or self._clock() + pause >= self._deadline:
            raise error
        self._retries += 1
        self._last = error
        return pause
