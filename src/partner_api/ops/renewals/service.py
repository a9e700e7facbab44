"""What falls due day by day: the totals of partners, told for the days of a calendar.

``47_lease_totals.sql`` says what a partner owes at an instant: the months that have begun by then and are not settled.
What falls due on a day is the difference between its end and that of the day before. Days are days in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from partner_api.leases.calendar_store import DayRange, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from partner_api.leases.calendar_store import PartnerLine

_DAY = 86_400
_LAST_POSITION_OF_ANY = 30 * _DAY
# A lease may wait for its oldest month while the next one begins, if nobody comes to charge it.
_MONTHS_BEHIND = 1


class Owed(NamedTuple):
    """Months that have begun and are not settled, and what they cost."""

    months: int
    cents: int


class DueDay(NamedTuple):
    """What begins on a day, and what is owed when it ends, with what was owed before."""

    day: date
    months: int
    cents: int
    owed_cents: int


class PartnerCalendar(NamedTuple):
    """What a partner owes when the calendar begins, and day by day from then on."""

    line: PartnerLine
    before: Owed
    days: list[DueDay]


def days_from(first: date, count: int) -> list[date]:
    """Return so many days, from the first on."""
    return [first + timedelta(days=number) for number in range(count)]


def begun_spans(now: datetime, first: date) -> list[Span]:
    """Return the parts of the present day that have passed, if a calendar begins with it: hours, minutes, seconds."""
    if first != now.date():
        return []
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    until = int((now - midnight).total_seconds()) + 1
    parts = [
        (3600, 0, until - until % 3600),
        (60, until - until % 3600, until - until % 60),
        (1, until - until % 60, until),
    ]
    return [
        Span(seconds, start + begin, start + end)
        for start in _starts_of(first)
        for seconds, begin, end in parts
        if begin < end
    ]


def calendar_of(line: PartnerLine, days: Sequence[date]) -> PartnerCalendar:
    """Return what falls due of a partner on days that follow one another."""
    by_position = {
        position: (leases, cents)
        for position, leases, cents in zip(
            line.positions, line.leases_at, line.cents_at, strict=True
        )
    }
    owed = _owed(line, by_position, days[0] - timedelta(days=1), days[0])
    before = owed = Owed(
        max(0, owed.months + line.begun_leases), max(0, owed.cents + int(line.begun_cents))
    )
    due = []
    for day in days:
        through = _owed(line, by_position, day, day)
        due.append(
            DueDay(
                day,
                max(0, through.months - owed.months),
                max(0, through.cents - owed.cents),
                max(before.cents, through.cents),
            )
        )
        owed = through
    return PartnerCalendar(line, before, due)


def ranges_of(now: datetime, day: date) -> list[DayRange]:
    """Return when the oldest unpaid month of a lease may begin of which a month begins on a day, the earliest first."""
    months = (day.year - now.year) * 12 + day.month - now.month
    ranges = []
    for back in range(months + _MONTHS_BEHIND, -1, -1):
        number = day.year * 12 + day.month - 1 - back
        year, month = number // 12, number % 12 + 1
        length = monthrange(year, month)[1]
        last = length if _is_last(day) else min(day.day, length)
        since = datetime(year, month, min(day.day, length), tzinfo=UTC)
        until = datetime(year, month, last, tzinfo=UTC) + timedelta(days=1)
        if not back and day == now.date():
            # What has begun is due already.
            since = now.replace(microsecond=0) + timedelta(seconds=1)
        ranges.append(DayRange(since, until))
    return ranges


def days_of_month(day: date) -> tuple[int, int]:
    """Return on which days of a month leases are assigned whose months begin on a day: the last one takes the rest."""
    return day.day, 31 if _is_last(day) else day.day


def _owed(
    line: PartnerLine, by_position: dict[int, tuple[int, Decimal]], through: date, month_of: date
) -> Owed:
    """Return what is owed at the end of a day, counted in the calendar month of another."""
    number = month_of.year * 12 + month_of.month
    same = (through.year, through.month) == (month_of.year, month_of.month)
    until = 0 if not same else 31 * _DAY if _is_last(through) else through.day * _DAY
    come = [found for position, found in by_position.items() if position < until]
    return Owed(
        line.leases * number - line.next_months + sum(leases for leases, _ in come),
        int(line.monthly_cents * number - line.settled_cents + sum(cents for _, cents in come)),
    )


def _starts_of(day: date) -> Iterator[int]:
    """Yield the positions in a month at which a day begins: of the last one, those of all days that it stands for."""
    start = (day.day - 1) * _DAY
    yield start
    if _is_last(day):
        yield from range(start + _DAY, _LAST_POSITION_OF_ANY + 1, _DAY)


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).month != day.month
