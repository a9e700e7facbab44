"""Lists of the API as CSV, by an address that the page of the list links to."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

import htpy as h

from partner_api.console.declare import Download
from partner_api.console.mount import HEADERS
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from partner_api.console.components.table import Column
    from partner_api.console.visit import Visit
    from partner_api.edge.wire.pagination import Page

T = TypeVar("T")
_MEDIA_TYPE: Final = "text/csv; charset=utf-8"
_MOST_CSV_ROWS: Final = 100_000
_CUT_OFF: Final = "A file has no more rows than these, and there are more: use the filters."
_OVER: Final = "Your session has ended, so the rest is missing: sign in and take the file again."
# What a spreadsheet would take for a formula, some of them behind spaces, or in the width of Chinese characters.
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BEFORE_FORMULA: Final = ("\t", "\r", "\n")
# A spreadsheet that splits at semicolons or tabs begins a cell in the middle of a text, quoted or not, because to it
# our quotes stand inside a cell. A comma is not among these: where it splits, our quotes hold.
_FORMULA_IN_A_TEXT: Final = re.compile(rf'([;\t\r\n][\s"]*)(?=[{re.escape("".join(_FORMULA))}])')


async def csv_link(
    visit: Visit,
    handler: Callable[..., Awaitable[Page[Any]]],
    columns: Sequence[Column[T]],
    *,
    name: str,
    query: Mapping[str, object],
    cursor: str = "cursor",
    rows_of: Callable[[Any], Sequence[T]] | None = None,
    **path: str,
) -> h.Node:
    """Return the link to the CSV of a list that a page draws in a way of its own; see ``listing``.

    Args:
        visit: of the page.
        handler: of the list's route.
        columns: what each row of the file has.
        name: of the list among those of its page, and of the file.
        query: parameters of the route; `limit` is the length of a page.
        cursor: the parameter of the address with this list's.
        rows_of: the rows that an item of the list becomes; without it, each is one.
        path: the path's parameters, by the handler's names for them.

    Raises:
        ApiError: what the route refuses.
        Download: CSV was asked for.
    """
    await CsvReply(visit, handler, columns, name, query, path, rows_of).send_if_asked()
    return h.a(href=visit.address(csv=name, **{cursor: None}))["CSV"]


def rows_link(
    visit: Visit, rows: Sequence[T], columns: Sequence[Column[T]], *, name: str, more: int = 0
) -> h.Node:
    """Return the link to the CSV of rows that a page has all of; nothing where there is none.

    Args:
        visit: of the page.
        rows: what the file has.
        columns: what each row of the file has.
        name: of the list among those of its page, and of the file.
        more: how many more there are that nobody has listed; the file ends with their number.

    Raises:
        Download: CSV was asked for.
    """
    if visit.parameter("csv") == name:
        reply = Reply[str](200, csv_of(rows, columns, more), _headers(name), _MEDIA_TYPE)
        raise Download(reply)
    return h.a(href=visit.address(csv=name))["CSV"] if rows else None


def csv_of(rows: Sequence[T], columns: Sequence[Column[T]], more: int = 0) -> bytes:
    """Return rows as CSV, with what it does not have said at its end; see ``rows_link``."""
    head: list[list[object]] = [[column.title for column in columns]]
    end = [[f"And {more:,} more, which are not listed."]] if more > 0 else []
    return _csv([*head, *_lines(rows, columns), *end])


class CsvReply(Reply[str]):
    """A list of the API as CSV, sent page by page.

    Args:
        visit: as whom the API is asked.
        handler: of the list's route.
        columns: what each row has.
        name: of the file, without its ending.
        query: parameters of the route.
        path: the path's parameters.
        rows_of: the rows that an item of the list becomes; without it, each is one.

    ``admit`` lets whoever looks in once more, and has to be set before this is sent: a long file takes as long as its
    reader likes, and whoever is out meanwhile gets no further page.
    """

    admit: Callable[[], Awaitable[Visit | None]]

    def __init__(
        self,
        visit: Visit,
        handler: Callable[..., Awaitable[Page[Any]]],
        columns: Sequence[Column[T]],
        name: str,
        query: Mapping[str, object],
        path: Mapping[str, str],
        rows_of: Callable[[Any], Sequence[T]] | None = None,
    ) -> None:
        super().__init__(200, b"")
        self._visit = visit
        self._handler = handler
        self._columns = columns
        self._name = name
        self._query = query
        self._path = path
        self._rows_of = rows_of
        self._parts = self._pages()
        self._first = b""

    async def send_if_asked(self) -> None:
        """Send the file if the address asks for it.

        Raises:
            ApiError: what the route refuses.
            Download: CSV was asked for.
        """
        if self._visit.parameter("csv") == self._name:
            await self.begin()
            raise Download(self, asks_again=True)

    async def begin(self) -> None:
        """Ask for the first page.

        Raises:
            ApiError: what the route refuses, before anything is sent.
        """
        self._first = await anext(self._parts)

    async def __call__(self, scope: object, receive: object, send: Any) -> None:
        """Send the answer, as an ASGI application."""
        headers = {**_headers(self._name), "Content-Type": _MEDIA_TYPE}
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": self._first, "more_body": True})
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pages(self) -> AsyncIterator[bytes]:
        cursor: str | None = None
        head: list[list[object]] = [[column.title for column in self._columns]]
        rows = 0
        while True:
            page = await self._page(cursor, is_first=bool(head))
            if page is None:
                yield _csv([[_OVER]])
                return
            found: Sequence[Any] = page.items
            if self._rows_of is not None:
                found = [row for item in page.items for row in self._rows_of(item)]
            lines = _lines(found, self._columns)
            rows += len(lines)
            yield _csv(head + lines)
            head = []
            cursor = page.next_cursor
            if cursor is None:
                return
            if rows >= _MOST_CSV_ROWS:
                yield _csv([[_CUT_OFF]])
                return

    async def _is_let_in(self) -> bool:
        try:
            return await self.admit() is not None
        except ApiError:  # its organization was suspended, or its address fails too often
            return False

    def _limit(self) -> int:
        """Return the length of a page: the greatest that the routes of lists take, where one takes no less."""
        return 100 if self._rows_of is None else int(str(self._query.get("limit", 100)))

    async def _page(self, cursor: str | None, *, is_first: bool) -> Page[Any] | None:
        """Return a page; None when whoever reads has no session any more."""
        while is_first or await self._is_let_in():
            try:
                return await self._visit.ask(
                    self._handler,
                    query={**self._query, "limit": self._limit(), "cursor": cursor},
                    **self._path,
                )
            except ApiError as error:
                # A long list is asked for as fast as its reader may ask, and not cut off.
                if error.code != "RATE_LIMITED" or is_first:
                    raise
                await asyncio.sleep(int(error.headers["Retry-After"]))
        return None


def _headers(name: str) -> dict[str, str]:
    return {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}


def _lines(rows: Sequence[T], columns: Sequence[Column[T]]) -> list[list[object]]:
    return [[_plain(column.text(row)) for column in columns] for row in rows]


def _csv(lines: Sequence[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue().encode()


def _plain(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula, in whole or where it splits it."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = _FORMULA_IN_A_TEXT.sub(r"\1'", value)
    is_one = value.startswith(_BEFORE_FORMULA) or value.lstrip().startswith(_FORMULA)
    return f"'{text}" if is_one else text
