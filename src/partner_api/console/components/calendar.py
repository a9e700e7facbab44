"""A calendar: weeks as rows, days as cells. Where there is no room for seven columns, days stand below each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import htpy as h
import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEEK: Final = 7
_WEEKDAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class CalendarDay(msgspec.Struct, frozen=True):
    """A day of a calendar.

    Attributes:
        date: which, as YYYY-MM-DD.
        lines: what there is of it; none of a day on which nothing is.
        href: its page.
        tone: `bad` where somebody has to look.
    """

    date: str
    lines: Sequence[h.Node] = ()
    href: str | None = None
    tone: str = ""


def ahead(days: int) -> int:
    """Return how many days of a calendar the next days take: today, which goes on, and so many after it.

    So a calendar has whatever a wallet's outlook counts, which goes on to this time of the last day.
    """
    return days + 1


def calendar(caption: str, days: Sequence[CalendarDay]) -> h.Node:
    """Return days that follow one another as a table, a week in each row.

    Args:
        caption: what the days show.
        days: at least one.
    """
    first, last = (date.fromisoformat(days[at].date) for at in (0, -1))
    by_date = {one.date: one for one in days}
    monday = first - timedelta(days=first.weekday())
    weeks = range(0, (last - monday).days + 1, _WEEK)
    # A table that is laid out as something else is one for nobody else without these roles.
    return h.table(".calendar", role="table")[
        h.caption[caption],
        h.thead(role="rowgroup")[
            h.tr(role="row")[
                (h.th(scope="col", role="columnheader")[weekday] for weekday in _WEEKDAYS)
            ]
        ],
        h.tbody(role="rowgroup")[
            (
                h.tr(role="row")[
                    (
                        _cell(monday + timedelta(days=start + number), by_date, first)
                        for number in range(_WEEK)
                    )
                ]
                for start in weeks
            )
        ],
    ]


def written_day(day: date) -> str:
    """Write a day with its weekday, such as ``Saturday 5 December 2026``."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _cell(day: date, by_date: dict[str, CalendarDay], first: date) -> h.Node:
    found = by_date.get(day.isoformat())
    if found is None:
        return h.td(".outside", role="cell")
    name: list[h.Node] = [
        h.span(".weekday")[_WEEKDAYS[day.weekday()][:3], " "],
        str(day.day),
        # The month is said where it begins, and always to those who hear it or see no columns.
        h.span("" if day.day == 1 or day == first else ".month")[f" {_MONTHS[day.month - 1][:3]}"],
    ]
    return h.td(f".{found.tone or 'plain-day'}{'' if found.lines else '.nothing'}", role="cell")[
        h.a(".date", href=found.href)[h.time(datetime=found.date)[name]]
        if found.href
        else h.span(".date")[h.time(datetime=found.date)[name]],
        (h.span(".line")[line] for line in found.lines),
    ]
