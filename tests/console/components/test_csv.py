"""Lists as CSV: what a spreadsheet makes of them, and where a file ends."""

from __future__ import annotations

import csv
import io
from itertools import chain
from typing import Any, cast

import pytest

from partner_api.console.components import csv_file
from partner_api.console.components.csv_file import CsvReply
from partner_api.console.components.table import Column
from partner_api.edge.wire.pagination import Page


class Endless:
    """A visit whose lists never end, of rows that are all the same."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def ask(self, handler: object, *, query: object) -> Page[str]:
        """Return a page of a list."""
        return Page([self._text] * 100, "more")


async def file_of(text: str, *, let_in: int = 1_000) -> str:
    """A file with a list of this text, for somebody who is let in so many times more."""
    columns = [Column[str]("Text", lambda one: one, lambda one: one)]
    reply = CsvReply(cast("Any", Endless(text)), cast("Any", None), columns, "file", {}, {})
    sent: list[bytes] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))

    async def admit() -> Any:
        nonlocal let_in
        let_in -= 1
        return reply if let_in >= 0 else None

    reply.admit = admit
    await reply.begin()
    await reply({}, None, send)
    return b"".join(sent).decode()


async def lines_of(text: str, *, let_in: int = 1_000) -> list[list[str]]:
    """The lines of such a file."""
    return list(csv.reader(io.StringIO(await file_of(text, let_in=let_in), newline="")))


@pytest.fixture(autouse=True)
def _short_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_MOST_CSV_ROWS", 200)


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@A", "\t1", "\n1", "  =1", "\u3000=1", "\uff1d1", "\uff201"]
)
async def test_no_text_is_a_formula(text: str) -> None:
    assert (await lines_of(text))[1] == [f"'{text}"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1", "a;'=1"),
        ("a; =1;", "a; '=1;"),
        (";+1;-1", ";'+1;'-1"),
        ("a\t@A", "a\t'@A"),
        ("a\n-1\r=1\r\n\n=1", "a\n'-1\r'=1\r\n\n'=1"),
        ('a,;"=1', "a,;\"'=1"),
        ('a;"" =1', 'a;"" \'=1'),
        ("a;\uff1d1", "a;'\uff1d1"),
        ("=1;=1", "'=1;'=1"),
        ("\n=1", "'\n'=1"),
    ],
)
async def test_no_part_of_a_text_is_a_formula_where_a_spreadsheet_splits_it(
    text: str, written: str
) -> None:
    assert (await lines_of(text))[1] == [written], "nothing but apostrophes is new"
    file = await file_of(text)
    for split_at in ";", "\t":
        for quoting in csv.QUOTE_MINIMAL, csv.QUOTE_NONE:
            cells = chain(*csv.reader(io.StringIO(file, None), delimiter=split_at, quoting=quoting))
            starts = {cell.lstrip(' "')[:1] for cell in cells}
            assert not starts & {"=", "+", "-", "@", "\uff1d"}


@pytest.mark.parametrize("text", ["a=1", " a", "1-1", "'=1", "a;b=1", "a;1-1", "a\nb", "a,=1"])
async def test_other_texts_are_as_they_are(text: str) -> None:
    assert (await lines_of(text))[1] == [text]


async def test_a_file_that_is_cut_off_says_so() -> None:
    lines = await lines_of("a")
    assert lines[:2] == [["Text"], ["a"]]
    assert len(lines) == 202
    assert "there are more" in lines[-1][0]


async def test_whoever_is_out_meanwhile_gets_no_further_page() -> None:
    lines = await lines_of("a", let_in=0)
    assert len(lines) == 102
    assert "session has ended" in lines[-1][0]
