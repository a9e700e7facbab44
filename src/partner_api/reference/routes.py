"""The reference: the OpenAPI document, and a page that shows it without anything from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
from litestar import Router

from partner_api.edge.declare import read
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.wire.reply import Reply
from partner_api.reference.document import build_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partner_api.edge.route import Route

_TAG = "Reference"
# The page loads its own two files and the document, and nothing else from anywhere.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def reference_router(routes: Iterable[Route]) -> Router:
    """Make the routes that show other routes."""
    document = msgspec.json.encode(build_document(routes))

    @read("/openapi.json", access=PUBLIC, tag=_TAG)
    async def read_openapi() -> Reply[str]:
        """Give the OpenAPI 3.1 document."""
        return Reply(200, document, {"Cache-Control": "no-cache"})

    return Router("", route_handlers=[read_openapi, read_page, read_script, read_style])


@read("/docs", access=PUBLIC, tag=_TAG)
async def read_page() -> Reply[str]:
    """Show the reference."""
    return Reply(200, _file("reference.html"), _HEADERS, "text/html; charset=utf-8")


@read("/docs/reference.js", access=PUBLIC, tag=_TAG)
async def read_script() -> Reply[str]:
    """Give what the page runs."""
    return Reply(200, _file("reference.js"), _HEADERS, "text/javascript; charset=utf-8")


@read("/docs/reference.css", access=PUBLIC, tag=_TAG)
async def read_style() -> Reply[str]:
    """Give what the page looks like."""
    return Reply(200, _file("reference.css"), _HEADERS, "text/css; charset=utf-8")


@cache
def _file(name: str) -> bytes:
    return (resources.files("partner_api.reference") / name).read_bytes()
