"""WAL is kept for whoever copies it, up to a bound; a server never stops for want of a copy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from embedded_postgres import server as server_module
from embedded_postgres.backup import slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from embedded_postgres import EmbeddedPostgres

_SEGMENTS = 8


async def test_wal_is_kept_until_it_is_copied_and_given_up_beyond_the_bound(
    data_dir: Path,
    serve: Callable[..., EmbeddedPostgres],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Segments are removed at checkpoints, down to this.
    small = {"max_slot_wal_keep_size": "32MB", "max_wal_size": "32MB", "min_wal_size": "32MB"}
    monkeypatch.setattr(server_module, "SETTINGS", server_module.SETTINGS | small)
    server = await asyncio.to_thread(serve, data_dir)
    connection = await slot.connect_as_owner(server.url("owner"))
    try:
        assert not await slot.keep_wal(connection)
        assert not await slot.keep_wal(connection)
        begun = await slot.read_position(connection)
        assert begun is not None
        await write_segments(connection, 1)
        behind = await slot.read_position(connection)
        assert behind is not None
        assert behind.kept_from == begun.kept_from < behind.flushed
        await slot.give_up_to(connection, behind.flushed)
        caught_up = await slot.read_position(connection)
        assert caught_up is not None
        assert caught_up.kept_from == behind.flushed

        await write_segments(connection, _SEGMENTS)
        assert await slot.read_position(connection) is None
        # Said once, and then it goes on from here.
        assert await slot.keep_wal(connection)
        assert not await slot.keep_wal(connection)
        again = await slot.read_position(connection)
        assert again is not None
        assert again.kept_from > caught_up.kept_from

        await slot.stop_keeping_wal(connection)
        assert await slot.read_position(connection) is None
        await slot.stop_keeping_wal(connection)
    finally:
        await connection.close()


async def write_segments(connection: asyncpg.Connection, number: int) -> None:
    for _ in range(number):
        await connection.execute("SELECT pg_logical_emit_message(false, 'test', 'x')")
        await connection.execute("SELECT pg_switch_wal()")
    await connection.execute("CHECKPOINT")
