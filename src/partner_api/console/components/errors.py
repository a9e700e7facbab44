"""What was refused, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.errors import Issue

if TYPE_CHECKING:
    from partner_api.errors import ApiError

_DONE_BEFORE: Final = "This was done already, with other values. Look at what it did: sent again, it is done once more."
_NOT_VALID: Final = "Nothing was done. Correct this and send it again."


def error_notice(error: ApiError) -> h.Node:
    """Return the notice of a refusal, with what is wrong where no field shows it."""
    issues = issues_of(error)
    message = _NOT_VALID if error.code == "VALIDATION" and issues else _message(error)
    return h.div(".error", role="alert", tabindex="-1")[
        h.p[message],
        h.ul[(h.li[f"{one.path}: " if one.path else "", one.message] for one in issues)]
        if issues
        else None,
        _facts(error),
    ]


def issues_of(error: ApiError) -> list[Issue]:
    """Return what is wrong with what was sent, field by field; nothing of any other refusal."""
    return [one for one in (error.details or {}).get("issues", []) if isinstance(one, Issue)]


def _facts(error: ApiError) -> h.Node:
    facts = [(k, v) for k, v in (error.details or {}).items() if k != "issues"]
    if not facts:
        return None
    return h.dl(".facts")[(h.div[h.dt[name], h.dd[h.bdi[str(value)]]] for name, value in facts)]


def _message(error: ApiError) -> str:
    return _DONE_BEFORE if error.code == "IDEMPOTENCY_CONFLICT" else error.message


def error_body(error: ApiError, request_id: str, home: tuple[str, str]) -> h.Node:
    """Return the body of a page that is nothing but a refusal, with a link to another address and its words."""
    message = error.message
    if error.code == "NOT_FOUND":
        message = "There is no such page or thing. Check the address."
    address, words = home
    return [
        error_notice(error) if issues_of(error) else [h.p[message], _facts(error)],
        h.p(".quiet")["Request ", h.code[request_id]],
        h.p[h.a(href=address)[words]],
    ]


def headers_of(error: ApiError) -> dict[str, str]:
    """Return the headers of a refusal that are also for browsers."""
    return {k: v for k, v in error.headers.items() if k in ("Retry-After", "Allow")}


def error_title(error: ApiError) -> str:
    """Return the heading of a refusal."""
    return {
        403: "Not allowed",
        404: "Not found",
        405: "Not found",
        429: "Too many requests",
        503: "Not available now",
    }.get(error.status, "Something is wrong")
