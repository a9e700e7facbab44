"""The route of files: whoever has a signed address may read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply, names_etag
from partner_api.storage.access import require_address, require_file
from partner_api.storage.schemas import FileQuery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from partner_api.storage.files import OpenedFile

    Send = Callable[[Any], Awaitable[None]]

routes = Routes("Content")
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class FileReply(Reply[bytes]):
    """A file or a part of it, read while it is sent.

    Args:
        status: HTTP status.
        file: which this closes.
        start: the first byte to send.
        length: how many bytes to send.
        headers: all of them but the length.
    """

    __slots__ = ("_file", "_length", "_start")

    def __init__(
        self, status: int, file: OpenedFile, start: int, length: int, headers: Mapping[str, str]
    ) -> None:
        content_type = headers["content-type"]
        rest = {name: value for name, value in headers.items() if name != "content-type"}
        super().__init__(status, b"", rest, content_type)
        self.headers[1] = (b"content-length", b"%d" % length)
        self._file = file
        self._start = start
        self._length = length

    async def __call__(self, scope: object, receive: object, send: Send) -> None:
        """Send the answer, as an ASGI application."""
        try:
            await send(
                {"type": "http.response.start", "status": self.status, "headers": self.headers}
            )
            position, end = self._start, self._start + self._length
            while position < end:
                size = min(self._file.part_bytes, end - position)
                chunk = await self._file.read(size, position)
                if not chunk:
                    raise OSError("a file became shorter while it was sent")
                position += len(chunk)
                await send(
                    {"type": "http.response.body", "body": chunk, "more_body": position < end}
                )
            if not self._length:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._file.close()


@routes.read(
    "/files/{tenant}/{container}/{file}",
    access=PUBLIC,
    errors=["NOT_FOUND", "VALIDATION", "UNAVAILABLE"],
    also={
        206: "The part of it that `Range` asks for.",
        304: "It is the file whose `ETag` is in `If-None-Match`.",
        416: "`Range` begins behind the end of the file.",
    },
)
async def read_file(
    request: ApiRequest, tenant: str, container: str, file: str, query: FileQuery
) -> Reply[bytes]:
    """Read a file of generated content.

    Its address comes from the asset's route and can be used by anyone for one hour; after that,
    and for any address that this server did not make, the answer is 404. `ETag` is the SHA-256
    of the file. `Range` gets a part of it. Where files are kept in a bucket, the addresses of assets
    lead there, and only those that operators get lead here.
    """
    key = f"{tenant}/{container}/{file}"
    require_address(request, key, query)
    etag = f'"{query.sha256}"'
    headers = {
        "content-type": query.type,
        "etag": etag,
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=3600, immutable",
        "x-content-type-options": "nosniff",
        # Whatever the bytes are, no browser runs them with this server's rights.
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
    }
    if names_etag(request.header("if-none-match") or "", etag):
        return Reply(304, b"", headers)
    opened = await require_file(request, key)
    size = opened.size_bytes
    wanted = request.header("range")
    if wanted is None or request.header("if-range") not in (None, etag):
        return FileReply(200, opened, 0, size, headers)
    part = _part(wanted, size)
    if part is None:
        return FileReply(200, opened, 0, size, headers)
    start, end = part
    if start >= end:
        opened.close()
        return Reply(416, b"", {**headers, "content-range": f"bytes */{size}"}, query.type)
    headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    return FileReply(206, opened, start, end - start, headers)


def _part(text: str, size: int) -> tuple[int, int] | None:
    """Return where the wanted part begins and ends; None if the header has another form.

    A part that begins behind the end of the file comes back empty.
    """
    match = _RANGE.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    end = min(int(match[2]) + 1, size) if match[2] else size
    return int(match[1]), end
