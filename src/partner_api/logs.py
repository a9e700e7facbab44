"""How this program logs: lines with fields on standard error, and never a secret in them.

Every logger of the process, those of libraries too, ends in one handler. Standard output stays
free for what a command prints.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from typing import TYPE_CHECKING, Literal, TextIO

from partner_api.redaction import redact_fields
from partner_api.tracing.live import trace_fields
from partner_api.visible_text import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from structlog.types import EventDict, Processor, WrappedLogger


@contextlib.contextmanager
def _as_if_not_installed(library: str) -> Iterator[None]:
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[library]


# Rich would be loaded for tracebacks that show local variables, which no log may have: a fifth of what a part of a
# server needs to start. So processes that start in a hurry import this module before any that logs.
with _as_if_not_installed("rich"):
    import structlog

# They log every request that they send or plugin that they have; at warning, what went wrong.
_TALKATIVE = ("alembic.runtime.plugins", "httpcore2", "httpx2", "urllib3")
# What would be logged at every request is logged once in this time: an outage must not fill the disk.
_INTERVAL_SECONDS = 60.0
_OF_SEVERAL_LINES = frozenset({"exception", "stack"})


def configure_logging(log_format: Literal["console", "json"], level: str) -> None:
    """Send all logging of this process to standard error, in one form.

    Call it once in every process, before anything is logged; a later call replaces it.

    Args:
        log_format: ``console`` for people, or ``json``, one object a line with at least
            ``event``, ``level``, ``logger`` and ``timestamp`` (UTC, RFC 3339).
        level: the least important level to write: debug, info, warning or error.
    """
    # The same steps for structlog's loggers and for the standard library's.
    enrich: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _name_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Tracebacks become text before they are redacted, and never show local variables.
    finish: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    if log_format == "json":
        finish.append(structlog.processors.JSONRenderer())
    else:
        finish += [
            _make_visible,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]

    handler = _StandardErrorHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*enrich, structlog.stdlib.ExtraAdder()], processors=finish
        )
    )
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))

    structlog.configure(
        processors=[
            *enrich,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Loggers made at import must follow a configuration that comes later.
        cache_logger_on_first_use=False,
    )


class _StandardErrorHandler(logging.StreamHandler[TextIO]):
    """Writes to standard error, also when the line itself cannot be made."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say where the bad log call is; the standard library would print its arguments."""
        kind = sys.exc_info()[0]
        name = kind.__name__ if kind else "error"
        try:
            self.stream.write(
                f"A log line of {record.name}, line {record.lineno}, could not be written: {name}\n"
            )
        except (OSError, ValueError):  # standard error is closed: nobody is listening
            return


def _name_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say which trace a line belongs to, while something is traced."""
    event.update(trace_fields())
    return event


def _redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return redact_fields(event)


def _make_visible(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep what clients send from moving a terminal's cursor or faking a line of the log."""
    return {
        name: (visible_lines if name in _OF_SEVERAL_LINES else visible)(value)
        if isinstance(value, str)
        else value
        for name, value in event.items()
    }


class OncePerMinute:
    """Decides which of many equal log lines are written: the first, then at most one a minute.

    Args:
        clock: gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: float | None = None
        self._left_out = 0

    def admit(self) -> int | None:
        """Return how many lines were left out since the last one; None if this one is to be left out too."""
        now = self._clock()
        if self._next is not None and now < self._next:
            self._left_out += 1
            return None
        self._next = now + _INTERVAL_SECONDS
        left_out, self._left_out = self._left_out, 0
        return left_out
