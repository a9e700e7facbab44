"""Answers that no route gives: to what is not a request, and to one connection too many."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from partner_api.errors import ApiError
from partner_api.ids import new_request_id

if TYPE_CHECKING:
    from collections.abc import Iterable

_RETRY_SECONDS: Final = "1"


def not_http() -> ApiError:
    """Return the error for bytes that are no request."""
    return ApiError(
        "VALIDATION",
        "This is not a request of HTTP/1.1, or an ambiguous one. "
        "Send requests as RFC 9112 has them, over HTTP/1.1.",
        status=400,
    )


def head_too_large(most_bytes: int, most_fields: int) -> ApiError:
    """Return the error for a request whose head is beyond the limits."""
    return ApiError(
        "VALIDATION",
        f"The head of the request is too large. Send at most {most_bytes // 1024} KiB "
        f"with at most {most_fields} header fields.",
        status=400,
    )


def no_room() -> ApiError:
    """Return the error for a connection that there is no room for."""
    return ApiError(
        "UNAVAILABLE",
        "Too many connections are open. Send the request again, with the same Idempotency-Key "
        "if it had one, after the seconds in Retry-After.",
        headers={"Retry-After": _RETRY_SECONDS},
    )


def raw_answer(error: ApiError, fixed_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write an error as the bytes of a whole answer, after which the connection ends.

    Args:
        error: what the client is told.
        fixed_headers: what every answer of this server has.
    """
    request_id = new_request_id(time.time_ns() // 1_000_000)
    body = error.body(request_id)
    headers = [
        *fixed_headers,
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        (b"x-request-id", request_id.encode()),
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
    ]
    lines = [b"%s: %s\r\n" % header for header in headers]
    return b"".join([STATUS_LINE[error.status], *lines, b"\r\n", body])
