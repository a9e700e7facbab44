"""Keyset pages.

A cursor is the position of the last item shown, signed for one list and its filters.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from partner_api.errors import Issue

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest

T = TypeVar("T")
S = TypeVar("S")

_SIGNATURE_BYTES = 16
_MAX_CURSOR_CHARACTERS = 1024
_CONTROLS = frozenset({"cursor", "limit", "wait"})

Cursor = Annotated[
    str,
    Meta(
        description="`nextCursor` of the page before; with the same filters as there.",
        extra_json_schema={"pattern": "^[A-Za-z0-9_-]+$"},
    ),
]


class Page(Struct, Generic[T], frozen=True, rename="camel"):
    """One page of a list. ``next_cursor`` is None on the last."""

    items: list[T]
    next_cursor: str | None


def check_cursor(request: ApiRequest, query: Struct, issues: list[Issue]) -> None:
    """Verify the cursor of a query that has one, and keep what it says in ``request.cursor``.

    A cursor that was not made for this list and these filters is added to ``issues``.
    """
    cursor: str | None = getattr(query, "cursor", None)
    if cursor is None:
        return
    try:
        if len(cursor) > _MAX_CURSOR_CHARACTERS or "=" in cursor:
            raise ValueError
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not request.services.secret_keys.signed(_binding(request, query) + payload, signature):
            raise ValueError
        request.cursor = payload
    except ValueError:
        issues.append(Issue("cursor", "Expected nextCursor of a page with the same filters"))


def read_cursor(request: ApiRequest, position: type[T]) -> T | None:
    """Return the position after which the page begins, None on the first page.

    Args:
        request: the request; its cursor has been verified.
        position: the type of what ``position`` of ``page`` returned, usually a tuple.
    """
    return None if request.cursor is None else msgspec.json.decode(request.cursor, type=position)


def page(
    request: ApiRequest,
    query: Struct,
    found: Sequence[S],
    *,
    item: Callable[[S], T],
    position: Callable[[S], object],
) -> Page[T]:
    """Return a page of what a store found when it was asked for one more than ``query.limit``.

    Args:
        request: the request.
        query: the parsed query, with a field ``limit``.
        found: up to ``limit + 1`` of them in the order of the list; the one too many says that
            there is a next page.
        item: returns the item of one that was found.
        position: returns what orders the list: what ``read_cursor`` will return for the next page.
    """
    limit: int = query.limit  # type: ignore[attr-defined]
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        [item(one) for one in shown],
        write_cursor(request, query, position(shown[-1])) if more else None,
    )


def page_of_look(
    request: ApiRequest, query: Struct, items: list[T], position: object | None
) -> Page[T]:
    """Return a page of what a store found on a part of its way, up to ``position``; None is the end of the list."""
    return Page(items, None if position is None else write_cursor(request, query, position))


def write_cursor(request: ApiRequest, query: Struct, position: object) -> str:
    """Return the cursor of a position in this list with these filters, for lists that are no ``Page``."""
    payload = msgspec.json.encode(position)
    signature = request.services.secret_keys.sign(_binding(request, query) + payload)
    return base64.urlsafe_b64encode(signature + payload).rstrip(b"=").decode()


def _binding(request: ApiRequest, query: Struct) -> bytes:
    """Return the list, whose it is, and its filters, as what a cursor is signed with."""
    owner: list[object] = []
    if request.key_caller is not None:
        owner = [
            request.key_caller.tenant_id,
            request.acting_for or request.key_caller.organization_id,
        ]
    filters = {
        name: getattr(query, name) for name in query.__struct_fields__ if name not in _CONTROLS
    }
    return msgspec.json.encode(
        [request.template, request.path_values, owner, filters],
        enc_hook=str,
        order="deterministic",
    )
