"""A small database, a backup of it and an archive of its WAL, all real, for tests that damage copies of them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest
from tests.embedded_postgres.running import kill_server
from tests.support.serving import passable_folder

from embedded_postgres import EmbeddedPostgres
from embedded_postgres.backup import slot
from partner_api.backup.catalog import BaseRecord
from partner_api.backup.creating import create_backup
from partner_api.backup.shipping import Shipper
from partner_api.backup.target import open_target
from partner_api.settings.table import Settings, load_settings

T = TypeVar("T")


class Archived(NamedTuple):
    """A data folder whose server was killed, its backup and its archive.

    The table `notes` has one row of each word in `words`, in this order; each was committed before its instant, by the
    clock of the server, and the next one after it. The last one is in no archive.
    """

    data_dir: Path
    target: Path
    base: BaseRecord
    words: dict[str, datetime]


@pytest.fixture(scope="session")
def _archived() -> Iterator[Archived]:
    with passable_folder() as home:
        yield asyncio.run(_make(home))


@pytest.fixture
def archived(_archived: Archived) -> Iterator[Archived]:
    """An archive whose target may be damaged."""
    with passable_folder() as home:
        shutil.copytree(_archived.target, home / "target")
        yield _archived._replace(target=home / "target")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for what is restored."""
    with passable_folder() as folder:
        yield folder


async def _make(home: Path) -> Archived:
    settings = settings_of(home / "data")
    server = EmbeddedPostgres(settings.data_dir)
    await asyncio.to_thread(server.start)
    try:
        connection = await slot.connect_as_owner(server.url("owner"))
        await connection.execute("CREATE TABLE notes (word text, filler text)")
        target = open_target(str(home / "target"))
        base = await create_backup(
            settings, server.url("owner"), target, keeps_wal=True, on_progress=lambda *_: None
        )
        shipper = Shipper(target, settings.data_dir / "postgres", "a server")
        words = {}
        for word in ("first", "second", "third", "unarchived"):
            await connection.execute("INSERT INTO notes VALUES ($1, repeat('x', 1000))", word)
            words[word] = await slot.read_time(connection)
            position = await slot.read_position(connection)
            assert position is not None
            if word != "unarchived":
                shipper.ship(position)
            if word in ("first", "second"):
                # So that there are several segments.
                await connection.execute("SELECT pg_switch_wal()")
        kill_server(settings.data_dir)
    finally:
        await asyncio.to_thread(server.stop)
    return Archived(settings.data_dir, home / "target", base, words)


def settings_of(data_dir: Path, target: Path | None = None) -> Settings:
    values = {"LAYERS_DATA_DIR": str(data_dir), "LAYERS_DEVELOPMENT": "true"}
    return load_settings(values | ({"LAYERS_BACKUP_TARGET": str(target)} if target else {}))


def words_in(data_dir: Path) -> list[str]:
    """Start the database that was restored, and read its rows."""

    async def read(url: str) -> list[str]:
        connection = await slot.connect_as_owner(url)
        try:
            return [row["word"] for row in await connection.fetch("SELECT word FROM notes")]
        finally:
            await connection.close()

    with EmbeddedPostgres(data_dir, fast_unsafe=True) as server:
        return asyncio.run(read(server.url("owner")))
