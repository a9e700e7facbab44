"""The files that pages load, below the address of each mount: nothing has to come from elsewhere."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Final

from partner_api.console.mount import HEADERS
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply, names_etag

if TYPE_CHECKING:
    from partner_api.edge.declare import Routes

_FILES: Final = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def declare_files(routes: Routes, prefix: str) -> None:
    """Declare the files that the pages below an address load."""
    for name, media_type in _FILES.items():
        _declare_file(routes, f"{prefix}/{name}", name, media_type)


def _declare_file(routes: Routes, path: str, name: str, media_type: str) -> None:
    content = resources.files("partner_api.console").joinpath("static", name).read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    @routes.read(path, access=PUBLIC)
    async def read_file(request: ApiRequest) -> Reply[str]:
        """Return a file that pages load."""
        headers = {**HEADERS, "ETag": etag, "Cache-Control": "no-cache"}
        if names_etag(request.header("if-none-match") or "", etag):
            return Reply(304, b"", headers)
        return Reply(200, content, headers, media_type)
