"""The part that archives says that its target hangs and ends; the next one knows how old the archive is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, Final

import pytest
import pytest_asyncio
from tests.backup.conftest import settings_of
from tests.support.serving import passable_folder

from embedded_postgres import EmbeddedPostgres
from embedded_postgres.backup import slot
from embedded_postgres.backup.wal import SEGMENT_BYTES, Segment
from partner_api.backup.creating import create_backup
from partner_api.backup.target import open_target
from partner_api.processes import archive
from partner_api.processes.archive import KEPT, TargetHung, keep_archiving
from partner_api.processes.archive_progress import ArchiveProgress
from partner_api.processes.link import Beat, Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    import asyncpg

    from partner_api.settings.table import Settings

PATIENCE_SECONDS: Final = 120
HANGS: Final = "The target has not answered within 1 s."
# How old the archive is made; far more than a test takes.
OLD: Final = 50_000.0


class Told(Link):
    """A link whose supervisor waits for something to be told."""

    def __init__(self, until: Callable[[Beat], bool]) -> None:
        super().__init__(None)
        self._until = until
        self.awaited: asyncio.Future[Beat] = asyncio.Future()

    def say(self, beat: Beat) -> None:
        """Hear it."""
        if self._until(beat) and not self.awaited.done():
            self.awaited.set_result(beat)


class World:
    """A database with a backup of it, and what the part that archives it tells its supervisor."""

    def __init__(self, settings: Settings, url: str, target: Path) -> None:
        self.settings = settings
        self.url = url
        self._whose = target / "installation.json"
        self.progress_file = settings.data_dir / KEPT

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Let whoever reads from the target wait, as for a server of files that is gone."""
        content = self._whose.read_bytes()
        self._whose.unlink()
        os.mkfifo(self._whose)
        try:
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(archive, "ARCHIVE_SECONDS", 1.0)
                yield
        finally:
            # Those who wait read nothing, and go.
            with contextlib.suppress(OSError):
                os.close(os.open(self._whose, os.O_WRONLY | os.O_NONBLOCK))
            self._whose.unlink()
            self._whose.write_bytes(content)

    async def archives(self, until: Callable[[Beat], bool]) -> Beat:
        """Archive until something is told, then stop; what was told."""
        link, stop = Told(until), asyncio.Event()
        working = asyncio.create_task(keep_archiving(self.settings, self.url, link, stop))
        try:
            return await asyncio.wait_for(link.awaited, PATIENCE_SECONDS)
        finally:
            stop.set()
            with contextlib.suppress(TargetHung):
                await asyncio.wait_for(working, PATIENCE_SECONDS)

    def look_old(self) -> None:
        """Let the archive be as old as that."""
        ArchiveProgress(self.progress_file).done(time.time() - OLD, has_gap=False)


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[World]:
    with passable_folder() as home:
        settings = settings_of(home / "data", home / "target")
        server = EmbeddedPostgres(settings.data_dir, fast_unsafe=True)
        await asyncio.to_thread(server.start)
        try:
            url = server.url("owner")
            target = open_target(str(home / "target"))
            await create_backup(settings, url, target, keeps_wal=True, on_progress=lambda *_: None)
            yield World(settings, url, home / "target")
        finally:
            await asyncio.to_thread(server.stop)


@pytest.fixture
def world(served: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(archive, "SHIP_SECONDS", 0.05)
    served.progress_file.unlink(missing_ok=True)
    return served


async def test_a_target_that_hangs_ends_the_process_with_a_word(world: World) -> None:
    world.look_old()
    with world.hanging():
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(TargetHung):
                await keep_archiving(world.settings, world.url, Link(None), asyncio.Event())
        told = await world.archives(lambda beat: beat.error == HANGS)
    assert told.problem == "not archiving"
    assert told.lag_seconds is not None
    assert told.lag_seconds > OLD - 100


async def test_the_process_that_comes_after_says_so_before_it_knows_better(world: World) -> None:
    world.look_old()
    progress = ArchiveProgress(world.progress_file)
    assert (progress.beat().problem, progress.beat().error) == (None, None)
    progress.failed(HANGS)
    with world.hanging():
        first = await world.archives(lambda _: True)
    assert (first.problem, first.error) == ("not archiving", HANGS)
    assert first.lag_seconds is not None
    assert first.lag_seconds > OLD - 100
    # As soon as it is archived, neither is kept.
    last = await world.archives(lambda beat: beat.problem is None)
    assert last.lag_seconds is not None
    assert last.lag_seconds < 100
    kept = ArchiveProgress(world.progress_file).beat()
    assert (kept.problem, kept.error) == (None, None)
    assert kept.lag_seconds is not None
    assert kept.lag_seconds < 100


async def test_without_a_word_of_the_one_before_the_oldest_segment_says_how_old_it_is(
    world: World,
) -> None:
    await world.archives(lambda beat: beat.problem is None and world.progress_file.exists())
    connection = await slot.connect_as_owner(world.url)
    try:
        waiting = await leave_a_segment(connection, world.settings.data_dir)
    finally:
        await connection.close()
    os.utime(waiting, (time.time() - OLD,) * 2)
    world.progress_file.unlink()
    with world.hanging():
        told = await world.archives(lambda beat: beat.error == HANGS)
    assert told.lag_seconds is not None
    assert told.lag_seconds > OLD - 100


async def leave_a_segment(connection: asyncpg.Connection, data_dir: Path) -> Path:
    """Fill the oldest segment that is kept; its path."""
    position = await slot.read_position(connection)
    assert position is not None
    await connection.execute("SELECT pg_logical_emit_message(true, 'a test', 'x')")
    await connection.execute("SELECT pg_switch_wal()")
    await connection.execute("SELECT pg_logical_emit_message(true, 'a test', 'x')")
    segment = Segment(position.timeline, position.kept_from // SEGMENT_BYTES)
    return data_dir / "postgres" / "pg_wal" / segment.name
