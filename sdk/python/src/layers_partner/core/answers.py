"""Answers of the server: what they hold, and the errors that some of them are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from layers_partner.errors import BY_CODE, APIError

if TYPE_CHECKING:
    from layers_partner.core.headers import Headers

NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304
_SUCCESS: Final = range(200, 300)
_FOREIGN: Final = (
    "The answer is not one of the API. Check the address of the server, and what is in between."
)
_DONE_BUT_FOREIGN: Final = (
    "The answer is not one of the API, but has the status of a success. A write may have happened."
)


class NotJson(ValueError):
    """A body is not JSON."""


class Answer:
    """A whole answer. ``error`` is the error that it is, without the key of the write; None for an answer as wanted."""

    __slots__ = ("body", "error", "headers", "status")

    def __init__(
        self, status: int, headers: Headers, body: bytes, *, is_redirect_wanted: bool = False
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.error: APIError | None = None
        if is_redirect_wanted:
            if not (300 <= status < 400 and headers.get("location")):
                self.error = _error_of(self)
        elif status not in _SUCCESS and status != NOT_MODIFIED:
            self.error = _error_of(self)


def parse_json(body: bytes) -> Any:
    """Return what a body says.

    Raises:
        NotJson: it is not JSON.
    """
    try:
        # Python itself takes other encodings too, a mark before the text, and numbers that JSON does not have.
        return json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotJson from None


def _no_number(text: str) -> Any:
    raise NotJson(text)


def foreign(answer: Answer, idempotency_key: str | None = None) -> APIError:
    """Return the error that an answer is which the API would not give."""
    return APIError(
        _DONE_BUT_FOREIGN if answer.status in _SUCCESS and idempotency_key else _FOREIGN,
        status=answer.status,
        request_id=answer.headers.get("x-request-id"),
        headers=answer.headers,
        idempotency_key=idempotency_key,
    )


def _error_of(answer: Answer) -> APIError:
    try:
        parsed = parse_json(answer.body)
    except NotJson:
        parsed = None
    told = parsed.get("error") if isinstance(parsed, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("code"), str):
        return foreign(answer)
    details = told.get("details")
    message = told.get("message")
    request_id = told.get("requestId")
    if not isinstance(request_id, str):
        request_id = answer.headers.get("x-request-id")
    return BY_CODE.get(told["code"], APIError)(
        message if isinstance(message, str) else "",
        status=answer.status,
        code=told["code"],
        request_id=request_id,
        details=details if isinstance(details, dict) else None,
        headers=answer.headers,
    )
