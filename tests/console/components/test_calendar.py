"""A calendar: each day below its weekday, whatever the first one is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from partner_api.console.components.calendar import CalendarDay, calendar, written_day


@pytest.mark.parametrize("late", range(7))
@pytest.mark.parametrize("count", [1, 30, 60])
def test_each_day_stands_below_its_weekday(late: int, count: int) -> None:
    first = date(2026, 11, 30) + timedelta(days=late)
    days = [first + timedelta(days=number) for number in range(count)]
    html = str(calendar("Days", [CalendarDay(day.isoformat()) for day in days]))
    cells = html.partition("<tbody")[2].split("<td")[1:]
    assert len(cells) % 7 == 0
    found = {
        cell.partition('datetime="')[2][:10]: number % 7
        for number, cell in enumerate(cells)
        if "datetime" in cell
    }
    assert found == {day.isoformat(): day.weekday() for day in days}


def test_a_day_has_its_page_and_its_lines_escaped() -> None:
    day = CalendarDay("2026-12-05", ["<b>3</b>"], "/console/renewals/2026-12-05", "bad")
    html = str(calendar("<i>", [day]))
    assert 'href="/console/renewals/2026-12-05"' in html
    assert "&lt;b&gt;3" in html
    assert "<caption>&lt;i&gt;</caption>" in html
    assert written_day(date(2026, 12, 5)) == "Saturday 5 December 2026"
