"""Files that hang: nobody waits for them longer than the limit, and what hangs is closed when it ends."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from partner_api.database.pool import NestedAcquisition
from partner_api.storage import threads
from partner_api.storage.errors import StorageUnavailable
from partner_api.storage.threads import OpenFile, in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partner_api.database.connection import Pool

LONG = 60


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    """A file that hangs until somebody opens its other end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    yield path
    # Whoever still hangs goes on, so that the threads of a test that fails end.
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is short."""
    monkeypatch.setattr(threads, "STORAGE_SECONDS", 0.1)


async def _read_to_end(path: Path) -> bytes:
    """Read until the other end is closed."""
    with open(path, "rb", buffering=0, opener=_open_at_once) as reading:  # noqa: ASYNC230 - it does not wait
        async with asyncio.timeout(LONG):
            # None while there is nothing and the other end is open.
            while (content := reading.read()) is None:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
    return content


@pytest.mark.usefixtures("impatient")
async def test_a_file_that_cannot_be_opened_in_time_is_closed_when_it_is_open(pipe: Path) -> None:
    async with asyncio.timeout(LONG):
        with pytest.raises(StorageUnavailable, match="not answered"):
            await OpenFile.open(pipe, os.O_WRONLY)
    assert await _read_to_end(pipe) == b""


async def test_who_is_cancelled_leaves_no_file_open(pipe: Path) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await OpenFile.open(pipe, os.O_WRONLY)
    assert await _read_to_end(pipe) == b""


async def test_a_file_stays_open_for_an_operation_that_was_given_up(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number would be another file's otherwise, and that one would be written to."""
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reading:
        file = await OpenFile.open(pipe, os.O_WRONLY)
        monkeypatch.setattr(threads, "STORAGE_SECONDS", 0.1)
        sent = b"x" * 1_000_000
        async with asyncio.timeout(LONG):
            with pytest.raises(StorageUnavailable):
                await file.run(_write_all, sent)
        file.close()
        os.set_blocking(reading.fileno(), True)
        async with asyncio.timeout(LONG):
            assert await asyncio.to_thread(reading.read) == sent


async def test_nothing_of_a_file_is_waited_for_with_a_connection_in_hand(
    pool: Pool, tmp_path: Path
) -> None:
    async with pool.acquire():
        with pytest.raises(NestedAcquisition):
            await in_thread(tmp_path.exists)
    assert await in_thread(tmp_path.exists)


def _open_at_once(path: str, _: int) -> int:
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def _write_all(file: int, content: bytes) -> None:
    for start in range(0, len(content), 1_000):
        os.write(file, content[start : start + 1_000])
