"""Lists of the API as tables: filters and pages, all in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

import htpy as h
import msgspec

from partner_api.console.components.csv_file import CsvReply
from partner_api.console.components.filters import filter_form, sent
from partner_api.console.components.markup import joined, opening, write
from partner_api.edge.wire.pagination import Page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from markupsafe import Markup

    from partner_api.console.components.form import Field
    from partner_api.console.visit import Visit

T = TypeVar("T")


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
            h.tbody[_rows(columns, rows, href)],
        ]
    ]


def _rows(
    columns: Sequence[Column[T]], rows: Sequence[T], href: Callable[[T], str] | None
) -> Markup:
    """Return the rows of a table; these are most of a page, and written without an object for each cell."""
    tags = ["th", *["td"] * (len(columns) - 1)]
    cells = [
        (
            c.cell,
            opening(
                tag,
                scope="row" if tag == "th" else None,
                class_="number" if c.number else None,
            ),
            f"</{tag}>",
        )
        for tag, c in zip(tags, columns, strict=True)
    ]
    parts: list[str] = []
    for row in rows:
        address = href(row) if href else None
        parts.append(opening("tr", data_href=address))
        link = opening("a", class_="row-link", href=address) if address else None
        for cell, begin, end in cells:
            parts.append(begin)
            if link is not None:
                parts.append(link)
            write(cell(row), parts.append)
            if link is not None:
                parts.append("</a>")
                # The heading of a row opens it; no other cell does.
                link = None
            parts.append(end)
        parts.append("</tr>")
    return joined(parts)


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
    if filters:
        visit.filters = filters
    asked = {**(query or {}), **{f.name: sent(visit, f) for f in filters}}
    await CsvReply(visit, handler, [*columns, *only_csv], name, asked, path).send_if_asked()
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
