"""The OpenAPI document and all pages of the reference, each made when it is first asked for."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

from partner_api.reference.document import build_document
from partner_api.reference.event_schemas import EVENTS
from partner_api.reference.names import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partner_api.edge.route import Route
    from partner_api.reference.event_pages import EventPage
    from partner_api.reference.event_schemas import EventType
    from partner_api.reference.examples import Json
    from partner_api.reference.pages import MethodPage
    from partner_api.reference.text_pages import Page

_PLAIN: Final = "text/plain; charset=utf-8"
OPENAPI: Final = "/openapi.json"
_MARKDOWN: Final = ".md"
_ASSETS: Final = {
    f"{INDEX}/reference.css": ("reference.css", "text/css; charset=utf-8"),
    f"{INDEX}/reference.js": ("reference.js", "text/javascript; charset=utf-8"),
}


class File(msgspec.Struct, frozen=True):
    """What an address of the reference answers."""

    content: bytes
    media_type: str
    etag: str


def file_of(content: bytes, media_type: str) -> File:
    """Return a file with the ETag of its content."""
    return File(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


class Site:
    """The reference of some routes.

    Args:
        routes: those to describe.
        events: the types of events to describe.
    """

    def __init__(self, routes: Iterable[Route], events: Iterable[EventType] = EVENTS) -> None:
        self._routes = list(routes)
        self._events = list(events)
        self._made: dict[str, File] = {}

    @cached_property
    def document(self) -> Json:
        """The OpenAPI document."""
        return build_document(self._routes, self._events)

    @cached_property
    def methods(self) -> list[MethodPage]:
        """The pages of all routes."""
        from partner_api.reference.pages import method_pages

        return method_pages(self._routes, self.document)

    @cached_property
    def events(self) -> list[EventPage]:
        """The pages of all types of events."""
        from partner_api.reference.event_pages import event_pages

        return event_pages(self._events, self.document, self.methods)

    @cached_property
    def pages(self) -> Mapping[str, Page]:
        """All pages, by their addresses."""
        from partner_api.reference.text_pages import text_pages

        texts = text_pages(self.methods, self.events)
        pages: list[Page] = [*texts, *self.methods, *self.events]
        return {page.place.path: page for page in pages}

    def find(self, path: str) -> File | None:
        """Return the file at an address; None if there is none.

        Args:
            path: of the document, of a page, of its Markdown, or of one of the files beside them.
        """
        if path not in self._made:
            made = self._make(path)
            if made is None:
                return None
            self._made[path] = made
        return self._made[path]

    async def find_beside(self, path: str) -> File | None:
        """Return what `find` returns; while it is made, the event loop goes on."""
        if path in self._made:
            return self._made[path]
        return await asyncio.to_thread(self.find, path)

    def _make(self, path: str) -> File | None:
        if path == OPENAPI:
            return file_of(msgspec.json.encode(self.document), "application/json")
        if path in _ASSETS:
            name, media_type = _ASSETS[path]
            content = (resources.files("partner_api.reference") / name).read_bytes()
            return file_of(content, media_type)
        # What writes pages takes a moment to import, and most processes never need it.
        from partner_api.reference import as_html, as_markdown

        if path == "/llms.txt":
            text = as_markdown.index_of_everything(
                self.document["info"]["title"], list(self.pages.values())
            )
            return file_of(text.encode(), _PLAIN)
        page = self.pages.get(path.removesuffix(_MARKDOWN))
        if page is None:
            return None
        if path.endswith(_MARKDOWN):
            return file_of(as_markdown.markdown_of(page).encode(), as_markdown.MEDIA_TYPE)
        html = as_html.html_page(page, self.methods, self.events)
        return file_of(html.encode(), as_html.MEDIA_TYPE)
