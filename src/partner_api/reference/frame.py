"""What is around the text of every page: its head, the index of all methods, and the way back."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import htpy as h
from markupsafe import Markup

from partner_api import installed_version
from partner_api.reference.event_pages import TITLE, WEBHOOKS
from partner_api.reference.names import INDEX, OPERATOR, SERVER
from partner_api.reference.text_pages import sections_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.reference.event_pages import EventPage
    from partner_api.reference.pages import MethodPage
    from partner_api.reference.text_pages import Page

# What the sides of the reference are called, and which pages are theirs.
_SIDES: Final = (("Partners", INDEX), ("Operator", OPERATOR), ("Server", SERVER))


def _side_of(path: str) -> str:
    for _, start in reversed(_SIDES):
        if path == start or path.startswith(f"{start}/"):
            return start
    return INDEX


def header(path: str) -> h.Node:
    """Return what is on top of every page."""
    return h.header[
        h.a(".brand", href=INDEX)[h.span(".mark", aria_hidden="true"), "Partner API"],
        h.nav(".sides", aria_label="Parts of the reference")[
            (
                h.a(href=start, aria_current="true" if start == _side_of(path) else None)[name]
                for name, start in _SIDES
            )
        ],
        h.span(".version")[installed_version()],
        h.a(".to-index", href="#page-index")["Methods"],
    ]


def index(path: str, methods: Sequence[MethodPage], events: Sequence[EventPage]) -> h.Node:
    """Return the index of the methods on the side of the reference that a page is on, and of events on a partner's."""
    side = _side_of(path)
    shown = [page for page in methods if _side_of(page.place.path) == side]
    return h.nav("#page-index", aria_label="Methods")[
        h.div("#page-search", hidden=True)[
            h.label(for_="page-filter")["Search the methods"],
            h.input(
                "#page-filter",
                type="search",
                placeholder="Search",
                autocomplete="off",
                aria_keyshortcuts="/",
            ),
            h.p("#page-matches", role="status"),
        ],
        h.ul(".guides")[
            (
                h.li[h.a(href=start, aria_current="page" if start == path else None)[name]]
                for name, start in (
                    ("Begin", INDEX),
                    ("Libraries", f"{INDEX}/libraries"),
                    ("Webhooks", WEBHOOKS),
                    ("Errors", f"{INDEX}/errors"),
                )
            )
        ],
        (
            h.section(aria_label=name)[
                h.h2[name],
                h.ul[
                    (
                        _entry(
                            f"{page.address} {page.place.path}",
                            page.place.path,
                            page.method,
                            page.title,
                            is_current=page.place.path == path,
                        )
                        for page in pages
                    )
                ],
            ]
            for name, pages in sections_of(shown).items()
        ),
        _event_types(path, events) if side == INDEX and events else None,
        h.p(".files")[h.a(href="/openapi.json")["OpenAPI"], " ", h.a(href="/llms.txt")["llms.txt"]],
    ]


def _event_types(path: str, events: Sequence[EventPage]) -> h.Node:
    return h.section(".event-types", aria_label=TITLE)[
        h.h2[TITLE],
        h.ul[
            (
                _entry(
                    page.title,
                    page.place.path,
                    None,
                    page.name,
                    is_current=page.place.path == path,
                )
                for page in events
            )
        ],
    ]


@functools.cache
def _entry(searched: str, path: str, method: str | None, name: str, *, is_current: bool) -> Markup:
    """Return a line of the index. Every page shows nearly all of them, so each is made once."""
    line = h.li(data_text=searched)[
        h.a(href=path, aria_current="page" if is_current else None)[
            None if method is None else method_word(method), h.span[name]
        ]
    ]
    return Markup(str(line))  # noqa: S704 - it escapes


def method_word(method: str) -> h.Node:
    """Return the method of HTTP, in its colour."""
    return h.span(class_=f"method {method.lower()}")[method]


def above(page: Page) -> h.Node:
    """Return what stands above the title: the folders that a page is in, and its Markdown."""
    path = page.place.path
    trail = [] if path == INDEX else [("API reference", INDEX), *page.place.folders]
    return h.div(".above")[
        h.nav(".trail", aria_label="Breadcrumbs")[
            h.ol[(h.li[h.a(href=folder)[name]] for name, folder in trail)]
        ]
        if trail
        else None,
        h.a(".as-markdown", href=f"{path}.md")["View as Markdown"],
    ]
