"""The reference: the OpenAPI document, and a page that shows it without loading anything from other hosts."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.wire.reply import Reply
from partner_api.reference.document import build_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partner_api.edge.route import Route

_TAG = "Reference"
routes = Routes(_TAG)
# The page loads its own two files and the document, and nothing else.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def document_routes(described: Iterable[Route]) -> Routes:
    """Create the route of the document that describes other routes."""
    document = msgspec.json.encode(build_document(described))
    routes = Routes(_TAG)

    @routes.read("/openapi.json", access=PUBLIC)
    async def read_openapi() -> Reply[str]:
        """Return the OpenAPI 3.1 document."""
        return Reply(200, document, {"Cache-Control": "no-cache"})

    return routes


@routes.read("/docs", access=PUBLIC)
async def read_page() -> Reply[str]:
    """Show the reference."""
    return Reply(200, _file("reference.html"), _HEADERS, "text/html; charset=utf-8")


@routes.read("/docs/reference.js", access=PUBLIC)
async def read_script() -> Reply[str]:
    """Return the page's script."""
    return Reply(200, _file("reference.js"), _HEADERS, "text/javascript; charset=utf-8")


@routes.read("/docs/reference.css", access=PUBLIC)
async def read_style() -> Reply[str]:
    """Return the page's style sheet."""
    return Reply(200, _file("reference.css"), _HEADERS, "text/css; charset=utf-8")


@cache
def _file(name: str) -> bytes:
    return (resources.files("partner_api.reference") / name).read_bytes()
