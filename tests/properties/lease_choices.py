"""What a run of the lease machine chooses from: days, steps of time, prices, and how late a request is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

# Days that some months do not have, in common and in leap years, and the hours of clock changes.
STARTS = (
    datetime(2026, 6, 15, 12, 0, 0, 700_000, tzinfo=UTC),
    datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 1, 29, 10, tzinfo=UTC),
    datetime(2028, 1, 30, 10, 0, 0, 1_000, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 7, tzinfo=UTC),
)
STEPS = (
    timedelta(milliseconds=300),
    timedelta(hours=7),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=29),
    timedelta(days=70),
)
PRICES = (15_000, 15_000, 4_000, 0)
cents = st.sampled_from([1, 4_000, 15_000, 44_000, 100_000])
adjustments = st.one_of(cents, cents.map(lambda amount: -amount)).map(
    lambda amount: ("adjustment", amount)
)
which = st.integers(0, 30)
# How long ago a request arrived that acts now: seldom, but then up to months.
lateness = st.sampled_from(
    [timedelta()] * 6 + [timedelta(milliseconds=300), timedelta(days=1), timedelta(days=40)]
)
