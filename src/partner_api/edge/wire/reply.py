"""Answers: how they are written, and what becomes of an exception."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import asyncpg
import msgspec
import structlog

from partner_api.database.lanes import TooMuchInFlight
from partner_api.database.outages import (
    MET_OTHERS,
    TOOK_TOO_LONG,
    OutcomeUnknown,
    is_unavailable,
    log_unavailable,
)
from partner_api.errors import ApiError
from partner_api.logs import OncePerMinute
from partner_api.metrics import lanes as metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Send = Callable[[Any], Awaitable[None]]


T = TypeVar("T")
_log = structlog.get_logger("partner_api.edge")
_encode = msgspec.json.Encoder().encode
_JSON = (b"content-type", b"application/json")

# Trying again later can help.
_TRY_AGAIN = (*MET_OTHERS, *TOOK_TOO_LONG)
_BUSY = (
    "This organization has more in flight than could be done in time, so nothing was done. Send the request again, "
    "with the same Idempotency-Key if it had one, after the seconds in Retry-After."
)
_UNKNOWN = (
    "The answer of the database got lost, so it is not known whether this was done. Send the request again with the "
    "same Idempotency-Key to find out; if it had none, read what it would have changed first."
)
_NO_FILES = "Files cannot be stored or read at the moment. Send the request again after the seconds in Retry-After."
_storage_lines = OncePerMinute()


class Reply(Generic[T]):
    """A whole answer. ``T`` is the type of its JSON, for the reference.

    Args:
        status: HTTP status.
        body: the bytes of the body.
        headers: further headers.
        content_type: JSON unless said otherwise.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = [
            (b"content-type", content_type.encode()) if content_type else _JSON,
        ]
        # The length of an answer that says "not modified" would be that of what it does not send.
        if status != HTTPStatus.NOT_MODIFIED:
            self.headers.append((b"content-length", b"%d" % len(body)))
        if headers:
            self.headers += [
                (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
            ]

    async def __call__(self, scope: object, receive: object, send: Send) -> None:
        """Send the answer, as an ASGI application."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def json_reply(value: T, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply[T]:
    """Answer with a value as JSON."""
    return Reply(status, _encode(value), headers)


def names_etag(if_none_match: str, etag: str) -> bool:
    """Return whether the header names this ETag; whether either is weak does not matter here.

    A client may send thousands of tags. What a tag is quoted in cannot be in one, so that the
    header need not be taken apart.
    """
    return etag.removeprefix("W/") in if_none_match or if_none_match.strip() == "*"


def error_reply(
    error: Exception, request_id: str, *, where: str, repeatable: bool = False
) -> Reply[Any]:
    """Answer with the error that an exception is for the client; see ``client_error``."""
    known = client_error(error, request_id, where=where, repeatable=repeatable)
    return Reply(known.status, known.body(request_id), known.headers)


def client_error(
    error: Exception, request_id: str, *, where: str, repeatable: bool = False
) -> ApiError:
    """Return the error that an exception is for the client.

    What is not meant for the client is logged and becomes INTERNAL; nothing of it is shown.

    Args:
        error: what was raised.
        request_id: the request's id.
        where: route or path, for the log.
        repeatable: whether the request, sent once more, does nothing twice.
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, TooMuchInFlight):
        return ApiError("UNAVAILABLE", _BUSY)
    if isinstance(error, OutcomeUnknown):
        log_unavailable(error.__cause__ or error, where=where, request_id=request_id)
        return ApiError(
            "UNAVAILABLE", _UNKNOWN, {"outcome": "unknown"}, headers=_should_retry(repeatable)
        )
    if is_unavailable(error) or isinstance(error, _TRY_AGAIN):
        if isinstance(error, TOOK_TOO_LONG):
            waited = isinstance(error, asyncpg.LockNotAvailableError)
            metrics.count_timeout("lock" if waited else "statement")
        log_unavailable(error, where=where, request_id=request_id)
        return ApiError("UNAVAILABLE")
    if isinstance(error, OSError):
        if (left_out := _storage_lines.admit()) is not None:
            _log.error(
                "storage_unavailable",
                request_id=request_id,
                where=where,
                left_out=left_out,
                exc_info=error,
            )
        return ApiError("UNAVAILABLE", _NO_FILES)
    _log.error("request_failed", request_id=request_id, where=where, exc_info=error)
    return ApiError("INTERNAL", headers=_should_retry(repeatable))


def _should_retry(repeatable: bool) -> dict[str, str]:
    """Say whether to send a request again of which nobody knows whether it was done."""
    return {"X-Should-Retry": "true" if repeatable else "false"}
