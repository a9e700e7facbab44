"""Bodies that are sent as they are, piece by piece, and whether they can be sent again."""

from __future__ import annotations

import io
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from layers_partner.options import AsyncUploadContent

_PIECE_BYTES: Final = 128 * 1024


class Upload:
    """A body of bytes, a file or pieces.

    Raises:
        TypeError: it is something else: text, or a file that is not opened in binary mode.
    """

    __slots__ = ("_content", "_is_begun", "_start", "file", "size")

    def __init__(self, content: AsyncUploadContent) -> None:
        self._content: Any = content
        self._is_begun = False
        self._start: int | None = None
        self.size: int | None = None
        """In bytes, if it is known beforehand."""
        self.file: IO[bytes] | None = None
        """The file, if it is one."""
        if isinstance(content, bytes | bytearray | memoryview):
            self._content = memoryview(content).cast("B")
            self.size = len(self._content)
        elif isinstance(content, str | io.TextIOBase):
            raise TypeError("`content` must be bytes, or a file opened in binary mode.")
        elif hasattr(content, "read"):
            self.file = cast("IO[bytes]", content)
            self._measure(self.file)
        elif not isinstance(content, Iterable | AsyncIterable):
            raise TypeError(f"`content` cannot be a {type(content).__name__}.")

    def _measure(self, file: IO[bytes]) -> None:
        try:
            start = file.tell()
            file.seek(0, io.SEEK_END)
            end = file.tell()
            file.seek(start)
        except (AttributeError, OSError, ValueError):
            return
        self._start = start
        self.size = max(0, end - start)

    def can_be_sent(self) -> bool:
        """Check whether it can be sent from its beginning, now."""
        if not self._is_begun or isinstance(self._content, memoryview):
            return True
        if self.file is not None:
            return self._start is not None
        # What wraps an iterator gives a new one each time, over a source that is used up.
        return isinstance(self._content, Sequence)

    def rewind(self) -> None:
        """Go back to its beginning, before each try."""
        if self._is_begun and self.file is not None and self._start is not None:
            self.file.seek(self._start)

    @property
    def is_asynchronous(self) -> bool:
        """Whether its pieces come from an asynchronous source."""
        return self.file is None and isinstance(self._content, AsyncIterable)

    def asynchronous_pieces(self) -> AsyncIterable[bytes]:
        """Return the pieces of an asynchronous source."""
        self._is_begun = True
        pieces: AsyncIterable[bytes] = self._content
        return pieces

    def pieces(self) -> Iterator[bytes]:
        """Go through it. What a file has grown by since its size was taken is left out.

        Raises:
            OSError: the file cannot be read, or became shorter.
        """
        self._is_begun = True
        if isinstance(self._content, memoryview):
            for offset in range(0, len(self._content), _PIECE_BYTES):
                yield bytes(self._content[offset : offset + _PIECE_BYTES])
            return
        if self.file is None:
            yield from self._content
            return
        left = self.size
        while left is None or left > 0:
            piece = self.file.read(_PIECE_BYTES if left is None else min(left, _PIECE_BYTES))
            if not piece and left:
                raise OSError("The file became shorter while it was sent.")
            if not piece:
                return
            if not isinstance(piece, bytes):
                raise TypeError("`content` must be a file opened in binary mode.")
            left = None if left is None else left - len(piece)
            yield piece
