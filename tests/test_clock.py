"""Time: precision, form and the offset of a rehearsal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from partner_api.clock import Clock, format_milliseconds, format_seconds, parse_timestamp
from partner_api.edge.wire.fields import Instant


def test_now_is_utc_in_whole_milliseconds() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    now = Clock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_the_offset_moves_the_clock_and_can_change_at_any_time() -> None:
    clock = Clock(offset_seconds=3600)
    assert timedelta(minutes=59) < clock.now() - datetime.now(UTC) <= timedelta(hours=1)
    clock.offset_seconds = 0
    assert clock.now() - datetime.now(UTC) <= timedelta(0)


def test_times_are_written_with_the_precision_of_their_kind() -> None:
    value = datetime(2026, 6, 1, 2, 3, 4, 5000, tzinfo=UTC)
    assert format_milliseconds(value) == "2026-06-01T02:03:04.005Z"
    assert format_milliseconds(value.replace(microsecond=0)) == "2026-06-01T02:03:04.000Z"
    assert format_seconds(value) == "2026-06-01T02:03:04Z"


def test_a_time_of_a_class_of_its_own_is_written_like_any_other() -> None:
    value = Instant.parse("2026-06-01T00:00:00.120Z")
    assert format_milliseconds(value) == "2026-06-01T00:00:00.120Z"
    assert format_seconds(value) == "2026-06-01T00:00:00Z"


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    value = datetime(2026, 6, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert format_milliseconds(value) == "2026-06-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-06-01T00:00:00Z", 0),
        ("2026-06-01T00:00:00.5Z", 500_000),
        ("2026-06-01T00:00:00.123Z", 123_000),
        # Finer than anything stored: cut, not rounded, so that it never lies in the future.
        ("2026-06-01T00:00:00.123999999Z", 123_000),
    ],
)
def test_a_time_ending_in_z_is_read(text: str, microsecond: int) -> None:
    assert parse_timestamp(text) == datetime(2026, 6, 1, 0, 0, 0, microsecond, tzinfo=UTC)


def test_the_first_and_the_last_time_are_read() -> None:
    assert parse_timestamp("1970-01-01T00:00:00Z") == datetime(1970, 1, 1, tzinfo=UTC)
    last = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    assert parse_timestamp("9999-12-31T23:59:59.999999999Z") == last
    assert format_milliseconds(last) == "9999-12-31T23:59:59.999Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-06-01",
        "2026-06-01T00:00:00",
        "2026-06-01T00:00:00+00:00",
        "2026-06-01T00:00:00+02:00",
        "2026-06-01T00:00:00z",
        "2026-06-01 00:00:00Z",
        "2026-06-01T00:00Z",
        "2026-06-01T00:00:00.Z",
        "2026-06-01T00:00:00.1234567890Z",
        "2026-02-30T00:00:00Z",
        "2026-06-01T24:00:01Z",
        "2026-06-01T00:00:00Z\n",
        "٢026-06-01T00:00:00Z",
        "0000-06-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999999Z",
        "10000-01-01T00:00:00Z",
        "2026-06-01T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "1780000000",
    ],
)
def test_any_other_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Expected"):
        parse_timestamp(text)
