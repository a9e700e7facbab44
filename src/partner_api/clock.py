"""The application's time, and how times are written and read."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Later versions of Python also take the hour 24.
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?Z", re.ASCII)
_WHOLE_SECONDS_LENGTH = len("2026-06-01T00:00:00Z")


class Clock:
    """The time of the installation, which a rehearsal may have moved ahead of the machine's.

    ``offset_seconds`` is how far ahead; it may be set at any time. Every rule gets its time from
    here, as an argument.
    """

    def __init__(self, offset_seconds: int = 0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> datetime:
        """Return the current time in UTC, cut to milliseconds, the precision of everything stored."""
        milliseconds = time.time_ns() // 1_000_000 + self.offset_seconds * 1000
        return _EPOCH + timedelta(milliseconds=milliseconds)


def format_milliseconds(value: datetime) -> str:
    """Write a UTC time as ``2026-06-01T00:00:00.000Z``."""
    text = _format(value)
    return f"{text[:-4]}Z" if len(text) > _WHOLE_SECONDS_LENGTH else f"{text[:-1]}.000Z"


def format_milliseconds_or_none(value: datetime | None) -> str | None:
    """Write a UTC time as ``format_milliseconds`` does; None of none."""
    return None if value is None else format_milliseconds(value)


def format_seconds(value: datetime) -> str:
    """Write a UTC time as ``2026-06-01T00:00:00Z``, the form of lease times."""
    text = _format(value)
    return text if len(text) == _WHOLE_SECONDS_LENGTH else f"{text[: _WHOLE_SECONDS_LENGTH - 1]}Z"


def _format(value: datetime) -> str:
    """Write six digits after the second, or none where all would be zero.

    Lists have several times in each row, and ``isoformat`` takes twenty times as long.
    """
    text: str = msgspec.to_builtins(value.astimezone(UTC), enc_hook=_plain)
    return text


def _plain(value: datetime) -> datetime:
    """Return a time of a class of our own, which msgspec does not know, as a plain one."""
    return datetime.combine(value.date(), value.timetz())


def parse_timestamp(text: str) -> datetime:
    """Read an RFC 3339 time of 1970 to 9999 that ends in ``Z``, cut to milliseconds.

    Raises:
        ValueError: another form, an offset instead of Z, a time that does not exist, as the second
            60, or one outside those years.
    """
    if _FORM.fullmatch(text) is None:
        raise ValueError("Expected a UTC time such as 2026-06-01T00:00:00.000Z, ending in Z")
    whole, _, fraction = text[:-1].partition(".")
    try:
        value = datetime.fromisoformat(whole)
    except ValueError:
        raise ValueError("Expected a date and time that exist in the calendar") from None
    # What is reckoned with it, such as a month before, must exist for every layer below.
    if value.year < _EPOCH.year:
        raise ValueError("Expected a time from 1970 to 9999")
    milliseconds = int(fraction[:3].ljust(3, "0")) if fraction else 0
    return value.replace(tzinfo=UTC, microsecond=milliseconds * 1000)
