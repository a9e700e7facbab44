"""Small pieces of pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from partner_api.console.components.text import elapsed

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (timedelta(milliseconds=900), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59), "59 seconds"),
        (timedelta(minutes=1, seconds=59), "1 minute"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(days=1, minutes=5), "1 day"),
        (timedelta(days=1_234, hours=1), "1,234 days 1 hour"),
        (-timedelta(hours=1), "0 seconds"),
    ],
)
def test_how_long_ago(ago: timedelta, written: str) -> None:
    assert elapsed((NOW - ago).isoformat(), NOW) == written
