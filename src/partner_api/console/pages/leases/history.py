"""What happened to a lease or to an account of the pool, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import htpy as h
import msgspec

from partner_api.audit.history_schemas import HistoryEvent
from partner_api.console.components.csv_file import csv_link
from partner_api.console.components.table import Column
from partner_api.console.components.text import dollars, identifier, other
from partner_api.console.components.timeline import Moment, timeline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from partner_api.console.visit import Visit
    from partner_api.edge.wire.pagination import Page

E = TypeVar("E", bound=HistoryEvent)
_SENTENCES: Final[Mapping[str, str]] = {
    "leased_account.assigned": "Assigned to the project",
    "leased_account.released": "Released by the partner",
    "leased_account.recalled": "Recalled",
    "leased_account.disconnected": "Lost: its last attempt to be paid failed",
    "leased_account.past_due": "Became past due: the cash wallet could not pay",
    "leased_account.priced": "Price changed",
    "cash.refunded": "A month was refunded",
    "pool_account.added": "Added to the pool",
    "pool_account.updated": "Changed",
    "pool_account.imported": "Imported",
}
_KEPT_DAYS: Final = 90


def _data(event: HistoryEvent) -> str:
    return msgspec.json.encode(event.data).decode()


_IN_FILES: Final[list[Column[HistoryEvent]]] = [
    Column("At", lambda one: one.occurred_at, lambda one: one.occurred_at),
    Column("Event", lambda one: one.event_type, lambda one: one.event_type),
    Column("By", lambda one: one.operator, lambda one: one.operator or one.actor),
    Column("Request", lambda one: one.request_id, lambda one: one.request_id),
    Column("About", _data, _data),
]


async def history(
    visit: Visit,
    handler: Callable[..., Awaitable[Page[E]]],
    *,
    cursor: str,
    **path: str,
) -> h.Node:
    """Return what happened to a thing, a page of it, newest first.

    Args:
        visit: of its page.
        handler: of the route with its history.
        cursor: the parameter of the address with this list's.
        path: the path's parameters, by the handler's names for them.
    """
    csv = await csv_link(
        visit, handler, _IN_FILES, name=cursor, query={}, cursor=cursor, rows_of=None, **path
    )
    page = await visit.ask(handler, query={"limit": 50, "cursor": visit.parameter(cursor)}, **path)
    return [
        timeline([_moment(event) for event in page.items]),
        h.p(".quiet")[f"From the audit log, which goes back {_KEPT_DAYS} days."],
        h.p(".pages")[
            h.a(href=visit.address(**{cursor: None}))["Newest"]
            if visit.parameter(cursor)
            else None,
            h.a(href=visit.address(**{cursor: page.next_cursor}))["Older"]
            if page.next_cursor
            else None,
            csv if page.items else None,
        ],
    ]


def _moment(event: HistoryEvent) -> Moment:
    return Moment(
        event.occurred_at,
        [_SENTENCES.get(event.event_type, event.event_type), _details(event.data)],
        [
            f"by {event.actor.replace('_', ' ')} " if event.operator is None else "by ",
            other(event.operator) if event.operator else None,
            [" · request ", identifier(event.request_id)] if event.request_id else None,
        ],
    )


def _details(data: Mapping[str, Any]) -> h.Node:
    before, after = data.get("before"), data.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            [
                ": " if not number else "; ",
                name.replace("_", " "),
                " ",
                _change(name, before, after),
            ]
            for number, name in enumerate(sorted(after))
        ]
    if "monthlyPriceCents" in data and isinstance(before, int):
        return f": {dollars(before)} → {dollars(data['monthlyPriceCents'])} a month"
    if "amountCents" in data:
        return f": {dollars(data['amountCents'])} of month {data.get('leaseMonth', 0) + 1}"
    if "added" in data:
        return f" with a file: {data['added']:,} of {data['lines']:,} lines"
    if "fields" in data:
        return ": " + ", ".join(name.replace("_", " ") for name in data["fields"])
    note = data.get("note")
    return [": ", other(note)] if isinstance(note, str) else None


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> h.Node:
    return [_value(name, before.get(name)), " → ", _value(name, after[name])]


def _value(name: str, value: object) -> h.Node:
    if isinstance(value, int):
        return dollars(value) if name.endswith("_cents") else f"{value:,}"
    if isinstance(value, list):
        return other(" ".join(map(str, value)))
    return other(None if value is None else str(value))
