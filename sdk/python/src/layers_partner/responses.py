"""Whole answers: what ``with_raw_response`` returns, and how it gets hold of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar

if TYPE_CHECKING:
    from layers_partner.core.answers import Answer
    from layers_partner.core.headers import Headers

T = TypeVar("T")
P = ParamSpec("P")

# The answers of the raw call that is under way in this thread or task.
_SEEN: ContextVar[list[Answer] | None] = ContextVar("layers_partner_answers", default=None)


class RateLimit(NamedTuple):
    """The limit that a request counted against; a part that the server does not tell is None."""

    endpoint_class: str | None
    """``read-light``, ``write-light`` or ``long-running``."""
    limit: int | None
    """Requests a minute; None when there is no limit."""
    remaining: int | None
    reset: float | None
    """Seconds until it refills."""


class RawResponse(Generic[T]):
    """An answer with everything around it."""

    __slots__ = ("data", "headers", "status")

    def __init__(self, status: int, headers: Headers, data: T) -> None:
        self.status = status
        """The HTTP status."""
        self.headers = headers
        self.data = data
        """What the method returns without ``with_raw_response``."""

    @property
    def request_id(self) -> str | None:
        """What to quote when you ask for help."""
        return self.headers.get("x-request-id")

    @property
    def rate_limit(self) -> RateLimit:
        """The limit that the request counted against."""
        get = self.headers.get
        reset = get("x-ratelimit-reset", "")
        return RateLimit(
            get("x-ratelimit-endpoint-class"),
            _whole(get("x-ratelimit-limit")),
            _whole(get("x-ratelimit-remaining")),
            float(reset) if reset.replace(".", "", 1).isdecimal() else None,
        )

    def __repr__(self) -> str:
        return f"<RawResponse {self.status} {self.request_id}>"


def _whole(text: str | None) -> int | None:
    is_number = text is not None and len(text) < 20 and text.isascii() and text.isdecimal()
    return int(text) if text is not None and is_number else None


def note(answer: Answer) -> None:
    """Keep the answer for the raw call that is under way, if there is one."""
    seen = _SEEN.get()
    if seen is not None:
        seen[:] = [answer]


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """Return the method with its whole last answer around what it returns."""

    def whole(*args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        seen: list[Answer] = []
        token = _SEEN.set(seen)
        try:
            data = method(*args, **kwargs)
        finally:
            _SEEN.reset(token)
        return RawResponse(seen[0].status, seen[0].headers, data)

    return whole


def async_raw(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]:
    """Return the method with its whole last answer around what it returns."""

    async def whole(*args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        seen: list[Answer] = []
        token = _SEEN.set(seen)
        try:
            data = await method(*args, **kwargs)
        finally:
            _SEEN.reset(token)
        return RawResponse(seen[0].status, seen[0].headers, data)

    return whole
