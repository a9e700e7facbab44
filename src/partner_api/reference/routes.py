"""The reference: the OpenAPI document, and pages that load nothing from other hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply, names_etag
from partner_api.errors import not_found
from partner_api.reference.site import OPENAPI, File, Site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from partner_api.edge.route import Route

_FILES = ("/docs", "/docs.md", "/docs/reference.css", "/docs/reference.js", "/llms.txt")
# A page loads its own two files, and nothing else.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def reference_routes(described: Iterable[Route]) -> Routes:
    """Create the routes of the reference of other routes."""
    site = Site(described)
    routes = Routes("Reference")

    async def reply(
        request: ApiRequest, path: str, headers: Mapping[str, str] = _HEADERS
    ) -> Reply[str]:
        file = await site.find_beside(path)
        if file is None:
            raise not_found()
        return _reply(request, file, headers)

    @routes.read(OPENAPI, access=PUBLIC)
    async def read_openapi(request: ApiRequest) -> Reply[str]:
        """Return the OpenAPI 3.1 document."""
        return await reply(request, OPENAPI, {"Cache-Control": "no-cache"})

    for path in _FILES:
        _declare(routes, path, reply)

    @routes.read("/docs/{a}", access=PUBLIC)
    async def read_page_1(request: ApiRequest, a: str) -> Reply[str]:
        """Return a page."""
        return await reply(request, f"/docs/{a}")

    @routes.read("/docs/{a}/{b}", access=PUBLIC)
    async def read_page_2(request: ApiRequest, a: str, b: str) -> Reply[str]:
        """Return a page in a folder."""
        return await reply(request, f"/docs/{a}/{b}")

    @routes.read("/docs/{a}/{b}/{c}", access=PUBLIC)
    async def read_page_3(request: ApiRequest, a: str, b: str, c: str) -> Reply[str]:
        """Return a page in a folder of a folder."""
        return await reply(request, f"/docs/{a}/{b}/{c}")

    @routes.read("/docs/{a}/{b}/{c}/{d}", access=PUBLIC)
    async def read_page_4(request: ApiRequest, a: str, b: str, c: str, d: str) -> Reply[str]:
        """Return a page that is deeper."""
        return await reply(request, f"/docs/{a}/{b}/{c}/{d}")

    @routes.read("/docs/{a}/{b}/{c}/{d}/{e}", access=PUBLIC)
    async def read_page_5(
        request: ApiRequest, a: str, b: str, c: str, d: str, e: str
    ) -> Reply[str]:
        """Return a page that is deeper still."""
        return await reply(request, f"/docs/{a}/{b}/{c}/{d}/{e}")

    return routes


def _declare(
    routes: Routes, path: str, reply: Callable[[ApiRequest, str], Awaitable[Reply[str]]]
) -> None:
    @routes.read(path, access=PUBLIC)
    async def read_file(request: ApiRequest) -> Reply[str]:
        """Return a file of the reference."""
        return await reply(request, path)


def _reply(request: ApiRequest, file: File, headers: Mapping[str, str]) -> Reply[str]:
    # A cache asks each time, and the answer is short while the server is the same.
    headers = {**headers, "ETag": file.etag}
    if names_etag(request.header("if-none-match") or "", file.etag):
        return Reply(304, b"", headers)
    return Reply(200, file.content, headers, file.media_type)
