"""One line per request, written without detours: it is on the path of every request.

There is nothing in it that could be a secret: no headers, no bodies, no query, no raw path.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.settings import Settings

_SILENT_LEVELS = frozenset({"warning", "error"})
_encode = msgspec.json.Encoder().encode


class AccessLine(msgspec.Struct, frozen=True):
    """What is logged of a request."""

    timestamp: str
    method: str
    route: str | None
    status: int
    milliseconds: float
    request_id: str
    caller: str | None
    level: Literal["info"] = "info"
    logger: Literal["partner_api.access"] = "partner_api.access"
    event: Literal["request"] = "request"


def make_access_log(settings: Settings) -> Callable[[AccessLine], None] | None:
    """Give what writes access lines to standard error; None when the level leaves them out."""
    if settings.log_level in _SILENT_LEVELS:
        return None
    form = _as_json if settings.log_format == "json" else _as_text

    def write(line: AccessLine) -> None:
        try:
            sys.stderr.write(form(line))
            sys.stderr.flush()
        except (OSError, ValueError):
            return  # standard error is closed: nobody is listening

    return write


def timestamp() -> str:
    """Give the machine's time, as the other log lines have it."""
    return datetime.now(UTC).isoformat()[:-6] + "Z"


def _as_json(line: AccessLine) -> str:
    return _encode(line).decode() + "\n"


def _as_text(line: AccessLine) -> str:
    return (
        f"{line.timestamp} {line.status} {line.method} {line.route or '-'} "
        f"{line.milliseconds:.1f} ms {line.request_id} {line.caller or '-'}\n"
    )
