"""One line per request, written without detours: it is on the path of every request.

There is nothing in it that could be a secret: no headers, no bodies, no query, no raw path.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from partner_api.settings.table import Settings

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
    trace_id: str | msgspec.UnsetType = msgspec.UNSET
    """Only of a request that is traced."""
    span_id: str | msgspec.UnsetType = msgspec.UNSET


class AccessLog:
    """Writes access lines to standard error.

    All lines of one turn of the event loop go out in one write: the busier the process, the fewer
    the system calls, and a line is never late by more than that turn.
    """

    def __init__(self, settings: Settings) -> None:
        self.enabled = settings.log_level not in _SILENT_LEVELS
        self._form = _as_json if settings.log_format == "json" else _as_text
        self._lines: list[str] = []

    def write(self, line: AccessLine) -> None:
        """Write one line, soon."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(self._form(line))

    def _flush(self) -> None:
        text = "".join(self._lines)
        self._lines.clear()
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            return  # standard error is closed: nobody is listening


def timestamp() -> str:
    """Return the machine's time, as the other log lines have it."""
    return datetime.now(UTC).isoformat()[:-6] + "Z"


def _as_json(line: AccessLine) -> str:
    return _encode(line).decode() + "\n"


def _as_text(line: AccessLine) -> str:
    return (
        f"{line.timestamp} {line.status} {line.method} {line.route or '-'} "
        f"{line.milliseconds:.1f} ms {line.request_id} {line.caller or '-'}"
        f"{'' if line.trace_id is msgspec.UNSET else f' trace {line.trace_id}'}\n"
    )
