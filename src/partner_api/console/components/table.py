"""Lists of the API as tables: filters, pages and CSV, all in the address."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import htpy as h
import msgspec

from partner_api.console.components.form import Field
from partner_api.console.components.markup import element, joined, rendered
from partner_api.console.declare import Download
from partner_api.console.mount import HEADERS
from partner_api.edge.wire.pagination import Page
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

    from markupsafe import Markup

    from partner_api.console.visit import Visit

T = TypeVar("T")
_MOST_CSV_ROWS: Final = 100_000
_CUT_OFF: Final = "A file has no more rows than these, and there are more: use the filters."
# What a spreadsheet would take for a formula, some of them behind spaces, or in the width of Chinese characters.
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BEFORE_FORMULA: Final = ("\t", "\r", "\n")


class Column(msgspec.Struct, Generic[T], frozen=True):
    """A column of a table.

    Attributes:
        title: its heading, also in CSV.
        cell: what it shows of a row.
        text: what CSV has of a row: the value as the API has it.
        number: whether it is one, and stands on the right.
    """

    title: str
    cell: Callable[[T], h.Node]
    text: Callable[[T], object]
    number: bool = False


def table(
    columns: Sequence[Column[T]],
    rows: Sequence[T],
    *,
    href: Callable[[T], str] | None = None,
    empty: str = "There is nothing here.",
    caption: str | None = None,
    label: str | None = None,
) -> h.Node:
    """Return rows as a table.

    Args:
        columns: what each row shows; the first is its heading.
        rows: what to show.
        href: the page of a row, which Enter and a click on its heading open.
        empty: what to say when there is no row.
        caption: what the table is, where no heading says it.
        label: what it is called for those who hear it, where there is no caption; unique on its page.
    """
    if not rows:
        return h.p(".empty")[empty]
    return h.div(".scroll", role="region", aria_label=caption or label or "Table", tabindex="0")[
        h.table(".list")[
            h.caption[caption] if caption else None,
            h.thead[
                h.tr[(h.th(".number" if c.number else "", scope="col")[c.title] for c in columns)]
            ],
            h.tbody[(_row(columns, row, href(row) if href else None) for row in rows)],
        ]
    ]


def _row(columns: Sequence[Column[T]], row: T, address: str | None) -> Markup:
    first, *others = columns
    heading = rendered(first.cell(row))
    if address:
        heading = element("a", heading, class_="row-link", href=address)
    cells = [
        element("th", heading, scope="row", class_=_class_of(first)),
        *(element("td", rendered(c.cell(row)), class_=_class_of(c)) for c in others),
    ]
    return element("tr", joined(cells), data_href=address)


def _class_of(column: Column[T]) -> str | None:
    return "number" if column.number else None


async def listing(
    visit: Visit,
    handler: Callable[..., Awaitable[Page[T]]],
    columns: Sequence[Column[T]],
    *,
    name: str,
    only_csv: Sequence[Column[T]] = (),
    query: Mapping[str, object] | None = None,
    href: Callable[[T], str] | None = None,
    empty: str = "There is nothing here.",
    caption: str | None = None,
    label: str | None = None,
    filters: Sequence[Field] = (),
    cursor: str = "cursor",
    above: Callable[[Sequence[T]], h.Node] | None = None,
    **path: str,
) -> h.Node:
    """Return a list of the API: its filters, one page of it as a table, and links to the next page and to CSV.

    Args:
        visit: of the page; its address has the values of the filters, and the cursor.
        handler: of the list's route.
        columns: what each row shows.
        name: of the list among those of its page, and of the file with its CSV.
        only_csv: columns that the file has after those of the table.
        query: parameters that are always sent; `limit` is the length of a page.
        href: the page of a row.
        empty: what to say when there is no row.
        caption: what the table is, where no heading says it.
        label: what it is called for those who hear it, where there is no caption; unique on its page.
        filters: parameters of the route that the address may have; `select` may be sent several times. A `date` is
            sent as the first instant of its day, and `until` as the last.
        cursor: the parameter of the address with this list's, where a page has several lists.
        above: what stands between the filters and the rows of the page, of these rows.
        path: the path's parameters, by the handler's names for them.

    Raises:
        ApiError: what the route refuses.
        Download: CSV was asked for.
    """
    asked = {**(query or {}), **{f.name: _sent(visit, f) for f in filters}}
    if visit.parameter("csv") == name:
        download = CsvReply(visit, handler, [*columns, *only_csv], name, asked, path)
        await download.begin()
        raise Download(download)
    page = await visit.ask(
        handler, query={"limit": 50, **asked, "cursor": visit.parameter(cursor)}, **path
    )
    return [
        filter_form(visit, filters) if filters else None,
        above(page.items) if above is not None and page.items else None,
        table(columns, page.items, href=href, empty=empty, caption=caption, label=label),
        h.p(".pages")[
            h.a(href=visit.address(**{cursor: None}))["First page"]
            if visit.parameter(cursor)
            else None,
            h.a(href=visit.address(**{cursor: page.next_cursor}), rel="next")["Next page"]
            if page.next_cursor
            else None,
            h.a(href=visit.address(csv=name, **{cursor: None}))["CSV"] if page.items else None,
        ],
    ]


def _sent(visit: Visit, field: Field) -> list[str] | None:
    """Return what is sent to the API for a filter."""
    values = visit.query.get(field.name) or None
    if values is None or field.kind != "date":
        return values
    end = "T23:59:59.999Z" if field.name == "until" else "T00:00:00Z"
    # What is no day, the API refuses by the name of the field.
    return [f"{value}{end}" if len(value) == len("2027-01-01") else value for value in values]


def filter_form(visit: Visit, filters: Sequence[Field]) -> h.Node:
    """Return the form that changes the filters of the address."""
    return h.form(".filters", method="get", action=visit.path)[
        (_filter(visit, one) for one in filters),
        h.button(type="submit")["Show"],
        h.a(href=visit.path)["Clear"] if any(visit.parameter(f.name) for f in filters) else None,
    ]


def _filter(visit: Visit, field: Field) -> h.Node:
    id = f"filter-{field.name}"
    value = visit.parameter(field.name, field.value)
    control: h.Node
    if field.kind == "select":
        control = h.select(id=id, name=field.name)[
            (h.option(value=one, selected=one == value)[text] for one, text in field.options)
        ]
    else:
        kind = "date" if field.kind == "date" else "search"
        control = h.input(field.attributes, id=id, name=field.name, type=kind, value=value)
    return h.div[h.label(for_=id)[field.label], control]


class CsvReply(Reply[str]):
    """A list of the API as CSV, sent page by page.

    Args:
        visit: as whom the API is asked.
        handler: of the list's route.
        columns: what each row has.
        name: of the file, without its ending.
        query: parameters of the route.
        path: the path's parameters.
    """

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

    async def _page(self, cursor: str | None, *, is_first: bool) -> Page[Any]:
        while True:
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


def _csv(lines: Sequence[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue().encode()


def _plain(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return "" if value is None else value
    is_formula = value.startswith(_BEFORE_FORMULA) or value.lstrip().startswith(_FORMULA)
    return f"'{value}" if is_formula else value
