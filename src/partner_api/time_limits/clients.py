"""Limits of what clients may take, and of requests."""

from __future__ import annotations

from typing import Final

from partner_api.time_limits.limit import CLOSED, NOTHING_DONE, time_limit

HEAD_SECONDS: Final = time_limit(
    "HEAD_SECONDS", 10.0, "the whole head of a request, from its first byte", CLOSED
)
UNKNOWN_IDLE_SECONDS: Final = time_limit(
    "UNKNOWN_IDLE_SECONDS", 10.0, "a request on a connection on which no key was valid yet", CLOSED
)
IDLE_SECONDS: Final = time_limit(
    "IDLE_SECONDS", 75.0, "the next request on a connection on which a key was valid", CLOSED
)
FORM_REPEAT_SECONDS: Final = time_limit(
    "FORM_REPEAT_SECONDS",
    10.0,
    "what a form does, by the same form that was sent once more meanwhile",
    "409 `IDEMPOTENCY_IN_PROGRESS` on the page",
)
BODY_SILENCE_SECONDS: Final = time_limit(
    "BODY_SILENCE_SECONDS", 30.0, "the next byte of a body", "408 `REQUEST_TIMEOUT`"
)
JSON_BODY_SECONDS: Final = time_limit(
    "JSON_BODY_SECONDS", 60.0, "a whole body of JSON", "408 `REQUEST_TIMEOUT`"
)
SEND_SILENCE_SECONDS: Final = time_limit(
    "SEND_SILENCE_SECONDS", 30.0, "a client to take more of an answer", CLOSED
)
LINGER_SECONDS: Final = time_limit(
    "LINGER_SECONDS",
    2.0,
    "a client to stop sending what nobody reads, after the last answer",
    CLOSED,
)
DISCARD_SECONDS: Final = time_limit(
    "DISCARD_SECONDS",
    2.0,
    "more of a body that is not wanted, before the answer; of one that is no upload, all of it",
    "the answer; then the connection is closed",
)
DISCARD_UPLOAD_SECONDS: Final = time_limit(
    "DISCARD_UPLOAD_SECONDS",
    30.0,
    "all of an upload that is not wanted, before the answer",
    "the answer; then the connection is closed",
)

REQUEST_SECONDS: Final = time_limit(
    "REQUEST_SECONDS",
    15.0,
    "all that a request does, from when its body has arrived",
    NOTHING_DONE,
)
LOCK_SECONDS: Final = time_limit(
    "LOCK_SECONDS", 10.0, "a lock that somebody else has, by a request", NOTHING_DONE
)
IMPORT_SECONDS: Final = time_limit(
    "IMPORT_SECONDS", 600.0, "all lines of an import to be stored", NOTHING_DONE
)
REQUEST_STATEMENT_SECONDS: Final = time_limit(
    "REQUEST_STATEMENT_SECONDS",
    14.0,
    "one statement of a request, as PostgreSQL counts",
    NOTHING_DONE,
)
