"""Standard output and standard error: a write that fails is noticed on the one, and ignored on the other."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator


class OutputError(Exception):
    """The output of a command could not be written.

    Attributes:
        reader_is_gone: nobody reads it any more, as behind ``| head``; that is no fault.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"The output cannot be written: {error.strerror or error}.")
        self.reader_is_gone = error.errno == errno.EPIPE


def prepare_streams() -> None:
    """Prepare both streams to take any text; call it before anything is printed."""
    if sys.stdout is None:
        # It was closed when the command started; a failure to write has to be noticed even then.
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Stream:
    """One of the two streams, with what a console needs of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding or "utf-8"

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return its descriptor."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write text; return how many characters were written."""
        with self._noticing_failures():
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Write what is still in the buffer."""
        with self._noticing_failures():
            self._stream.flush()

    @contextlib.contextmanager
    def _noticing_failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._give_up()
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        raise NotImplementedError

    def _give_up(self) -> None:
        """Discard what is still to be written, or the interpreter would try again when it ends."""
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


class OutputStream(Stream):
    """Standard output. Its methods raise ``OutputError`` when it cannot be written."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def write_out(self, text: str) -> None:
        """Write text, and flush it."""
        self.write(text)
        self.flush()

    def _failed(self, error: OSError) -> None:
        raise OutputError(error) from error


class ErrorStream(Stream):
    """Standard error; a failure to write it is ignored."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def _failed(self, error: OSError) -> None:
        """Do nothing: this is where it would be reported."""
