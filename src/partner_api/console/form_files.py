"""Reading forms that files are sent with: multipart/form-data, as it arrives, files on disk."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Final

from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from partner_api.console.form_data import text_of_field
from partner_api.edge.request.api_request import MAX_BODY_BYTES
from partner_api.errors import ApiError, Issue, invalid

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest

_MEDIA_TYPE: Final = "multipart/form-data"
_MOST_PARTS: Final = 100


class ReceivedForm:
    """A form that files were sent with.

    ``fields`` are its texts, as those of other forms; ``files`` the files, which are gone when it is closed. A field
    for a file that was left empty has none.
    """

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: dict[str, IO[bytes]] = {}

    def close(self) -> None:
        """Close the files, which deletes them."""
        for file in self.files.values():
            file.close()


def has_files(request: ApiRequest) -> bool:
    """Return whether a form says that it is one with files."""
    return bool(parse_options_header(request.header("content-type") or "")[0] == _MEDIA_TYPE)


async def receive_form(request: ApiRequest, max_bytes: int) -> ReceivedForm:
    """Read a form with files; its texts together have no more bytes than other bodies.

    Args:
        request: whose body has not been read.
        max_bytes: of all of it.

    Raises:
        ApiError: PAYLOAD_TOO_LARGE; REQUEST_TIMEOUT; VALIDATION when it is no such form.
    """
    request.check_announced_size(max_bytes)
    boundary = parse_options_header(request.header("content-type") or "")[1].get("boundary", "")
    received = ReceivedForm()
    parts = _Parts(received)
    try:
        with PushMultipartParser(boundary, max_segment_count=_MOST_PARTS, strict=True) as parser:
            async for chunk in request.body_chunks(max_bytes):
                if chunk:
                    for event in parser.parse(chunk):
                        parts.take(event)
    except (MultipartError, UnicodeDecodeError):
        received.close()
        raise invalid([Issue("", "Expected a form of this site")]) from None
    except BaseException:
        received.close()
        raise
    for file in received.files.values():
        file.seek(0)
    return received


class _Parts:
    def __init__(self, received: ReceivedForm) -> None:
        self._received = received
        self._segment: MultipartSegment | None = None
        self._file: IO[bytes] | None = None
        self._text = bytearray()
        self._text_bytes = 0

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        """Take what the parser says next: a part begins, goes on, or ends."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._file is not None:
            self._file.write(event)
        else:
            self._text_bytes += len(event)
            if self._text_bytes > MAX_BODY_BYTES:
                raise ApiError("PAYLOAD_TOO_LARGE")
            self._text += event

    def _begin(self, segment: MultipartSegment) -> None:
        self._segment = segment
        self._text.clear()
        if segment.filename is not None and segment.name not in self._received.files:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the form
            self._received.files[segment.name or ""] = self._file

    def _end(self) -> None:
        assert self._segment is not None  # noqa: S101 - only a part that has begun ends
        name = self._segment.name or ""
        if self._file is None:
            self._received.fields.setdefault(name, []).append(text_of_field(self._text.decode()))
        elif not self._file.tell():
            # A browser sends an empty file for a field that was left empty.
            self._received.files.pop(name).close()
        self._file = None
