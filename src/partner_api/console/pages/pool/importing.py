"""Importing accounts into the pool: a file or pasted lines, and each line that was not taken with its reason."""

from __future__ import annotations

import tempfile
from base64 import b64encode
from typing import IO, TYPE_CHECKING, Final

import htpy as h
import msgspec

from partner_api.console.components.csv_file import csv_of
from partner_api.console.components.form import Field, form
from partner_api.console.components.table import Column, table
from partner_api.console.components.text import counted, other
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.pool.accounts import LIST, PLACE
from partner_api.edge.in_process import Sent
from partner_api.errors import Issue, invalid, shorten
from partner_api.ops.pool import routes as pool

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.pool.schemas import PoolImport

pages = Pages()
_ADDRESS: Final = f"{LIST}/import"
_CSV: Final = "text/csv"
_NDJSON: Final = "application/x-ndjson"
# What the API takes, and room for the form around it.
_MAX_BYTES: Final = 65 * 1024 * 1024
_PEEKED_BYTES: Final = 1024
_MOST_LINE_BYTES: Final = 16 * 1024
_MOST_SHOWN: Final = 200
_EXAMPLE: Final = (
    "handle,followers,vertical,language,geo,monthlyPriceCents\n"
    "coffee.reviews.daily,12840,food_and_drink,en,US CA,15000"
)


class BadLine(msgspec.Struct, frozen=True):
    """A line that was not taken: its number, its text as it was sent, and what is wrong with it."""

    number: int
    text: str
    problem: str


_BAD_LINES: Final = [
    Column[BadLine]("Line", lambda one: str(one.number), lambda one: one.number, number=True),
    Column[BadLine]("Text", lambda one: other(one.text), lambda one: one.text),
    Column[BadLine]("What is wrong", lambda one: other(one.problem), lambda one: one.problem),
]


@pages.page("/pool/import")
async def show_import(visit: Visit) -> View:
    """Show the form that imports accounts."""
    return _view(visit)


@pages.action(
    "/pool/import", shows=show_import, does=(pool.import_pool_accounts,), upload_bytes=_MAX_BYTES
)
async def import_accounts(visit: Visit) -> Done | View:
    """Import the accounts of a file, or of pasted lines."""
    pasted = visit.field("pasted")
    file = visit.files.get("file")
    if file is None and not pasted:
        raise invalid([Issue("file", "Expected a file, or lines to be pasted below")])
    if file is not None and pasted:
        raise invalid([Issue("pasted", "Expected either a file or pasted lines, not both")])
    with tempfile.SpooledTemporaryFile() as lines:
        if file is None:
            lines.write(pasted.encode())
            lines.seek(0)
            return await _import(visit, lines)
        return await _import(visit, file)


async def _import(visit: Visit, file: IO[bytes]) -> Done | View:
    result = await visit.do(
        pool.import_pool_accounts,
        query={"allOrNothing": bool(visit.field("allOrNothing"))},
        upload=Sent(_media_type_of(file), file),
    )
    if not result.rejected:
        return Done(LIST, f"{_accounts(result.added)} added.")
    return _view(visit, _result(visit, result, file))


def _media_type_of(file: IO[bytes]) -> str:
    """Return what a file is: lines of NDJSON begin with a brace, and no header of a CSV does."""
    begin = file.read(_PEEKED_BYTES)
    file.seek(0)
    return _NDJSON if begin.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else _CSV


def _result(visit: Visit, result: PoolImport, file: IO[bytes]) -> h.Node:
    texts = _texts_of(file, [problem.line for problem in result.errors])
    bad = [BadLine(one.line, texts.get(one.line, ""), one.message) for one in result.errors]
    more = result.rejected - len(bad)
    nothing = "Nothing was added, as you have asked. " if visit.field("allOrNothing") else ""
    return h.div(id="result")[
        h.div(".error", role="alert", tabindex="-1")[
            h.p[
                f"{nothing}{_accounts(result.added)} added, {result.rejected:,} of {result.lines:,} lines not. "
                "Correct these lines and send them again; lines that were taken are not taken twice."
            ]
        ],
        h.h2["Lines with a problem"],
        table(_BAD_LINES, bad, caption="Lines count from 1, the header of a CSV too"),
        h.p(".quiet")[f"And {more:,} more lines."] if more else None,
        # What was sent is on no page that could be asked for, so the file is in the link.
        h.p(".pages")[
            h.a(
                href=f"data:text/csv;charset=utf-8;base64,{b64encode(csv_of(bad, _BAD_LINES, more)).decode()}",
                download="bad-lines.csv",
            )["CSV"]
        ],
    ]


def _texts_of(file: IO[bytes], numbers: list[int]) -> dict[int, str]:
    """Return the texts of lines of a file, as far as they are shown."""
    wanted = set(numbers)
    texts: dict[int, str] = {}
    file.seek(0)
    number = 0
    while len(texts) < len(wanted) and (line := file.readline(_MOST_LINE_BYTES)):
        number += 1
        text = line
        while line and not line.endswith(b"\n"):
            line = file.readline(_MOST_LINE_BYTES)
        if number in wanted:
            texts[number] = shorten(text.decode(errors="replace").strip(), _MOST_SHOWN)
    return texts


def _accounts(count: int) -> str:
    return counted(count, "account was", "accounts were")


def _view(visit: Visit, result: h.Node = None) -> View:
    return View(
        title="Import accounts",
        place=PLACE,
        trail=((PLACE, LIST),),
        body=[
            result,
            form(
                visit,
                "import",
                _ADDRESS,
                [
                    Field(
                        "file",
                        "CSV or NDJSON",
                        "file",
                        hint="At most 64 MiB and 1,000,000 lines, one account on each.",
                        attributes={"accept": ".csv,.ndjson,.jsonl,text/csv,application/x-ndjson"},
                    ),
                    Field(
                        "pasted",
                        "Or lines to paste",
                        "textarea",
                        value=visit.field("pasted"),
                        hint="A CSV with its header, or a JSON object on each line.",
                        attributes={"rows": "8", "spellcheck": "false"},
                    ),
                    Field(
                        "allOrNothing",
                        "Add nothing if a line has a problem",
                        "checkbox",
                        value="" if visit.fields and not visit.field("allOrNothing") else "yes",
                    ),
                ],
                submit="Import",
                does=pool.import_pool_accounts,
            )
            or h.p["Only an operator imports accounts."],
            h.details[
                h.summary["How a file looks"],
                h.pre(tabindex="0")[_EXAMPLE],
                h.p[
                    "The first line of a CSV names the columns: ",
                    h.code["handle, followers, vertical, language, geo"],
                    " and, if you like, ",
                    h.code["monthlyPriceCents, avatarUrl, platform"],
                    ". A handle that the pool has is a problem, so the same file adds nothing a second time.",
                ],
            ],
        ],
    )
