"""Uploads of both kinds of client: from where they come, and when they are sent again."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from typing import IO, TYPE_CHECKING, Any

import pytest
from tests.sdk.python.scripted import Reply, Scripted, refusal, reset

from layers_partner import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sdk.python.conftest import Caller


class Once(io.RawIOBase):
    """A pipe: read once, and no going back."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def upload(content: Any) -> Any:
    return lambda operator: operator.pool_accounts.import_file(
        content=content, content_type="text/csv", all_or_nothing=True, idempotency_key="k1"
    )


BYTES = bytes(range(256)) * 2000


def pieces() -> Iterator[bytes]:
    for offset in range(0, len(BYTES), 100_000):
        yield BYTES[offset : offset + 100_000]


async def async_pieces() -> AsyncIterator[bytes]:
    for piece in pieces():
        yield piece


class Wrapped:
    """What shows the progress of an iterator: each time a new one, over a source that is used up."""

    def __init__(self) -> None:
        self._source = pieces()

    def __iter__(self) -> Iterator[bytes]:
        yield from self._source


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "file", "list"])
async def test_an_upload_that_can_be_repeated_is_sent_again_whole(
    caller: Caller, scripted: Scripted, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(b"skip" + BYTES)
    with path.open("rb") as file:
        file.seek(4)
        content = {
            "bytes": BYTES,
            "bytearray": bytearray(BYTES),
            "memoryview": memoryview(BYTES),
            "file": file,
            "list": list(pieces()),
        }[kind]
        scripted.script(
            refusal(503, "UNAVAILABLE", Retry_After="0"), reset, Reply(200, {"added": 1})
        )
        assert await caller(upload(content), caller.operator) == {"added": 1}
    assert [asked.body == BYTES for asked in scripted.asked] == [True] * 3
    for asked in scripted.asked:
        assert asked.headers["content-type"] == "text/csv"
        assert asked.headers["idempotency-key"] == "k1"
        assert asked.query == [("allOrNothing", "true")]
        if kind != "list":
            assert asked.headers["content-length"] == str(len(BYTES))


@pytest.mark.parametrize("kind", ["generator", "pipe", "wrapped"])
async def test_an_upload_that_can_be_read_once_is_sent_once(
    caller: Caller, scripted: Scripted, kind: str
) -> None:
    contents = {"generator": pieces(), "pipe": Once(BYTES), "wrapped": Wrapped()}
    scripted.script(refusal(503, "UNAVAILABLE", Retry_After="0"))
    with pytest.raises(UnavailableError):
        await caller(upload(contents[kind]), caller.operator)
    assert [asked.body == BYTES for asked in scripted.asked] == [True]
    assert scripted.asked[0].headers["transfer-encoding"] == "chunked"


async def test_an_upload_of_an_asynchronous_source(caller: Caller, scripted: Scripted) -> None:
    if caller.is_async:
        await caller(upload(async_pieces()), caller.operator)
        assert scripted.asked[0].body == BYTES
    else:
        with pytest.raises(TypeError, match="needs an asynchronous client"):
            await caller(upload(async_pieces()), caller.operator)
        assert scripted.asked == []


@pytest.mark.parametrize("content", ["text", io.StringIO("text"), 5, None])
async def test_what_is_not_bytes_is_not_uploaded(
    caller: Caller, scripted: Scripted, content: Any
) -> None:
    with pytest.raises(TypeError, match="`content`"):
        await caller(upload(content), caller.operator)
    assert scripted.asked == []


async def test_what_the_source_of_an_upload_raises_is_the_callers(
    caller: Caller, scripted: Scripted
) -> None:
    def failing() -> Iterator[bytes]:
        yield b"a"
        raise OSError("The disk is gone.")

    with pytest.raises(OSError, match="The disk is gone"):
        await caller(upload(failing()), caller.operator)
    scripted.otherwise = Reply(200, {"added": 1})
    assert await caller(upload(b"a"), caller.operator) == {"added": 1}


class Shrinking(io.BytesIO):
    """A file that loses its end while it is sent."""

    def read(self, size: int | None = -1, /) -> bytes:
        self.truncate(200_000)
        return super().read(size)


async def test_a_file_that_becomes_shorter_is_not_sent_again(
    caller: Caller, scripted: Scripted
) -> None:
    file: IO[bytes] = Shrinking(BYTES)
    with pytest.raises(OSError, match="became shorter"):
        await caller(upload(file), caller.operator)
    assert scripted.asked == []
