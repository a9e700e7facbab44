"""Lists of the API as CSV, by an address that the page of the list links to."""

from __future__ import annotations

import asyncio
import csv
import io
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
_MOST_CSV_ROWS: Final = 100_000
_CUT_OFF: Final = "A file has no more rows than these, and there are more: use the filters."
_OVER: Final = "Your session has ended, so the rest is missing: sign in and take the file again."
# What a spreadsheet would take for a formula, some of them behind spaces, or in the width of Chinese characters.
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BEFORE_FORMULA: Final = ("\t", "\r", "\n")


async def csv_link(
    visit: Visit,
    handler: Callable[..., Awaitable[Page[T]]],
    columns: Sequence[Column[T]],
    *,
    name: str,
    query: Mapping[str, object],
    cursor: str,
    **path: str,
) -> h.Node:
    """Return the link to the CSV of a list that a page draws in a way of its own; see ``listing``.

    Raises:
        ApiError: what the route refuses.
        Download: CSV was asked for.
    """
    await send_csv(visit, handler, columns, name, query, path)
    return h.a(href=visit.address(csv=name, **{cursor: None}))["CSV"]


async def send_csv(
    visit: Visit,
    handler: Callable[..., Awaitable[Page[T]]],
    columns: Sequence[Column[T]],
    name: str,
    query: Mapping[str, object],
    path: Mapping[str, str],
) -> None:
    """Send a list of the API as CSV when the address asks for it; see ``CsvReply``.

    Raises:
        ApiError: what the route refuses.
        Download: CSV was asked for.
    """
    if visit.parameter("csv") == name:
        download = CsvReply(visit, handler, columns, name, query, path)
        await download.begin()
        raise Download(download)


class CsvReply(Reply[str]):
    """A list of the API as CSV, sent page by page.

    Args:
        visit: as whom the API is asked.
        handler: of the list's route.
        columns: what each row has.
        name: of the file, without its ending.
        query: parameters of the route.
        path: the path's parameters.

    ``admit`` lets whoever looks in once more, and has to be set before this is sent: a long file takes as long as its
    reader likes, and whoever is out meanwhile gets no further page.
    """

    admit: Callable[[], Awaitable[Visit | None]]

    def __init__(
        self,
        visit: Visit,
        handler: Callable[..., Awaitable[Page[T]]],
        columns: Sequence[Column[T]],
        name: str,
        query: Mapping[str, object],
        path: Mapping[str, str],
    ) -> None:
        super().__init__(200, b"")
        self._visit = visit
        self._handler = handler
        self._columns = columns
        self._name = name
        self._query = query
        self._path = path
        self._parts = self._pages()
        self._first = b""

    async def begin(self) -> None:
        """Ask for the first page.

        Raises:
            ApiError: what the route refuses, before anything is sent.
        """
        self._first = await anext(self._parts)

    async def __call__(self, scope: object, receive: object, send: Any) -> None:
        """Send the answer, as an ASGI application."""
        headers = {
            **HEADERS,
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{self._name}.csv"',
        }
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
            lines = [[_plain(c.text(row)) for c in self._columns] for row in page.items]
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

    async def _page(self, cursor: str | None, *, is_first: bool) -> Page[Any] | None:
        """Return a page; None when whoever reads has no session any more."""
        while is_first or await self._is_let_in():
            try:
                return await self._visit.ask(
                    self._handler,
                    query={**self._query, "limit": 100, "cursor": cursor},
                    **self._path,
                )
            except ApiError as error:
                # A long list is asked for as fast as its reader may ask, and not cut off.
                if error.code != "RATE_LIMITED" or is_first:
                    raise
                await asyncio.sleep(int(error.headers["Retry-After"]))
        return None


def _csv(lines: Sequence[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue().encode()


def _plain(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and (
        value.startswith(_BEFORE_FORMULA) or value.lstrip().startswith(_FORMULA)
    ):
        return f"'{value}"
    return "" if value is None else value
