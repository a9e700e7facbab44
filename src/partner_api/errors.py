"""The errors of the API: one shape, one table of codes, one way to raise them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from partner_api.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Code = Literal[
    "UNAUTHENTICATED",
    "FORBIDDEN_SCOPE",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "VALIDATION",
    "IDEMPOTENCY_REQUIRED",
    "IDEMPOTENCY_CONFLICT",
    "IDEMPOTENCY_IN_PROGRESS",
    "CONFLICT",
    "BILLING_EXHAUSTED",
    "RATE_LIMITED",
    "PAYLOAD_TOO_LARGE",
    "REQUEST_TIMEOUT",
    "KILL_SWITCH",
    "UNAVAILABLE",
    "INTERNAL",
]
CODES: tuple[Code, ...] = get_args(Code)


MAX_ISSUES = 100
"""The most problems of a request that are named."""
# What a client sent comes back in these, so they are cut; the answer stays under 64 KiB.
_MAX_PATH_CHARACTERS = 100
_MAX_MESSAGE_CHARACTERS = 500
_MAX_ISSUES_BYTES = 60 * 1024


class Kind(msgspec.Struct, frozen=True):
    """What a code means: HTTP status, the sentence a client gets, and when it happens."""

    status: int
    message: str
    when: str
    headers: dict[str, str] = {}


# Whether the same request, sent again, may succeed; clients go by it where a status can mean both.
_AGAIN = {"X-Should-Retry": "true"}
_NOT_AGAIN = {"X-Should-Retry": "false"}
KINDS: dict[Code, Kind] = {
    "UNAUTHENTICATED": Kind(
        401,
        "This request carries no valid key. Send 'Authorization: Bearer <key>' with a key in use.",
        "No key, or one that is malformed, unknown, wrong, revoked or of the other environment.",
        {"WWW-Authenticate": "Bearer"},
    ),
    "FORBIDDEN_SCOPE": Kind(
        403,
        "This key may not do that. Use a key that has the scope named in details.requiredScope.",
        "The key lacks the scope of this route.",
    ),
    "NOT_FOUND": Kind(
        404,
        "There is nothing here that this key can see. Check the address and the ids in it.",
        "It does not exist, or this key cannot see it; the two look the same.",
    ),
    "METHOD_NOT_ALLOWED": Kind(
        405,
        "This address does not take that method. Use one of those in details.allow.",
        "The address exists, but not with this method.",
    ),
    "VALIDATION": Kind(
        422,
        "The request is not valid. Correct what details.issues lists and send it again.",
        "A part of the request is malformed; details.issues names every problem.",
    ),
    "IDEMPOTENCY_REQUIRED": Kind(
        400,
        "This moves money. Send an Idempotency-Key header: a new UUID, and the same on a retry.",
        "A route that moves money was called without Idempotency-Key.",
    ),
    "IDEMPOTENCY_CONFLICT": Kind(
        409,
        "This Idempotency-Key was used for a different request. Use a new key for a new request.",
        "The same Idempotency-Key came with another request.",
        _NOT_AGAIN,
    ),
    "IDEMPOTENCY_IN_PROGRESS": Kind(
        409,
        "The first request with this Idempotency-Key is still running. Repeat it in a second.",
        "The first request with this Idempotency-Key has not ended yet.",
        {"Retry-After": "1", **_AGAIN},
    ),
    "CONFLICT": Kind(
        409,
        "The current state does not allow this. Read the resource again and see details.",
        "The state of the resource does not allow it.",
        _NOT_AGAIN,
    ),
    "BILLING_EXHAUSTED": Kind(
        402,
        "There is not enough to pay for this. Compare details.required and details.available.",
        "Not enough credits or money.",
    ),
    "RATE_LIMITED": Kind(
        429,
        "Too many requests. Wait as many seconds as Retry-After says.",
        "A limit was reached; details.limit names it.",
        # Where nobody knows better: when running jobs end is not known in advance.
        {"Retry-After": "5", **_AGAIN},
    ),
    "PAYLOAD_TOO_LARGE": Kind(
        413,
        "The request body is too large. Send at most 256 KiB.",
        "The request body is larger than 256 KiB.",
    ),
    "REQUEST_TIMEOUT": Kind(
        408,
        "The body stopped arriving, so nothing was done. Send the whole request again.",
        "The request body stopped arriving.",
        # What comes later would be taken for another request.
        {"Connection": "close", **_AGAIN},
    ),
    "KILL_SWITCH": Kind(
        503,
        "This key or organization is suspended, as details.scope says. Ask whoever suspended it.",
        "The key or the organization is suspended; details.scope says which.",
        _NOT_AGAIN,
    ),
    "UNAVAILABLE": Kind(
        503,
        "The database cannot do this now. Send the request again, with the same Idempotency-Key "
        "if it had one, after the seconds in Retry-After.",
        "The database cannot do it now, or too much waits. Nothing was done, unless details.outcome is `unknown`.",
        {"Retry-After": "2", **_AGAIN},
    ),
    "INTERNAL": Kind(
        500,
        "Something went wrong on our side. Try again, and if it stays, report the requestId.",
        "A fault in the server.",
        _AGAIN,
    ),
}


class Issue(msgspec.Struct, frozen=True):
    """One problem of a request: where it is, and what would be right."""

    path: str
    message: str


class ApiError(Exception):
    """A refusal that the client is told about.

    Args:
        code: one of the codes of the API; decides the status.
        message: a sentence that says what to do next; without it, the usual one of the code.
        details: what a program can act on; shown as it is, so never anything secret.
        headers: response headers in addition to those the code always has.
        status: only for VALIDATION, which is 400 instead of 422 when a body is not JSON.
    """

    def __init__(
        self,
        code: Code,
        message: str | None = None,
        details: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        kind = KINDS[code]
        super().__init__(message or kind.message)
        self.code = code
        self.message = message or kind.message
        self.details = details
        self.headers = {**kind.headers, **(headers or {})}
        self.status = status or kind.status

    def body(self, request_id: str) -> bytes:
        """Encode the error as the JSON that every error answer is."""
        error = {"code": self.code, "message": self.message, "requestId": request_id}
        details = {} if self.details is None else {"details": self.details}
        return msgspec.json.encode({"error": error | details})


class Unlisted(Issue, frozen=True):
    """The last entry of a list of problems that is not complete: what is not in it."""


def invalid(issues: Sequence[Issue], *, unlisted: int | None = 0, status: int = 422) -> ApiError:
    """Return the error for a malformed request; ``issues`` has one entry per problem.

    They name fields as the client did, and a client may have put a secret there by mistake. It is
    not repeated, because answers are logged by those who get them. And a client may have sent
    more than anyone wants back: long names are cut, and at most ``MAX_ISSUES`` are listed, in at
    most ``_MAX_ISSUES_BYTES``, then one more says how many are not.

    Args:
        issues: the problems that are named.
        unlisted: how many others there are; None when nobody has counted them.
        status: 400 when the body is not JSON.
    """
    named = [issue for issue in issues if not isinstance(issue, Unlisted)]
    if len(named) < len(issues):
        unlisted = None
    shown: list[Issue] = []
    room = _MAX_ISSUES_BYTES
    for issue in named[:MAX_ISSUES]:
        short = Issue(
            shorten(redact(issue.path), _MAX_PATH_CHARACTERS),
            shorten(redact(issue.message), _MAX_MESSAGE_CHARACTERS),
        )
        room -= len(msgspec.json.encode(short))
        if room < 0:
            break
        shown.append(short)
    if unlisted is not None:
        unlisted += len(named) - len(shown)
    if unlisted is None:
        shown.append(Unlisted("", "There may be more problems than these"))
    elif unlisted:
        are, s = ("is", "") if unlisted == 1 else ("are", "s")
        shown.append(Unlisted("", f"There {are} {unlisted:,} more problem{s} than these"))
    return ApiError("VALIDATION", details={"issues": shown}, status=status)


def shorten(text: str, most: int) -> str:
    """Cut a text that has more than so many characters, and show that with an ellipsis."""
    return text if len(text) <= most else f"{text[:most]}…"


def not_found() -> ApiError:
    """Return the error for what does not exist or is not the caller's: always the same bytes."""
    return ApiError("NOT_FOUND")
