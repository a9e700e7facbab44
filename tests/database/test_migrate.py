"""Bringing databases to the schema of this version."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from tests.database.revisions import NEWEST
from tests.support.databases import DatabaseUrls, role_of

from partner_api.database import migrate, migration_locks, version
from partner_api.database.migrate import upgrade
from partner_api.database.migration_locks import MigrationError
from partner_api.database.version import is_current, read_status

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


SHORT_LOCKS = {**migration_locks.LOCK_SETTINGS, "lock_timeout": "1s"}


async def tables(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return sorted(name for (name,) in rows)


async def test_an_empty_database_gets_everything_once(
    empty: DatabaseUrls, owner: Connection
) -> None:
    role = role_of(empty.app)
    assert not await is_current(owner)
    assert not (await read_status(owner, role)).current
    first = await upgrade(empty.owner, role)
    assert first.current
    assert first.revision == first.expected_revision
    assert await is_current(owner)
    applied = await owner.fetch("SELECT * FROM applied_functions")

    assert await upgrade(empty.owner, role) == first
    assert await owner.fetch("SELECT * FROM applied_functions") == applied
    assert await owner.fetchval("SELECT count(*) FROM installation") == 1


async def test_several_at_once_do_it_once(empty: DatabaseUrls, owner: Connection) -> None:
    statuses = await asyncio.gather(*(upgrade(empty.owner, role_of(empty.app)) for _ in range(4)))
    assert all(status.current for status in statuses)
    assert await owner.fetchval("SELECT count(*) FROM applied_functions") == 1


async def test_a_url_may_say_what_only_the_driver_understands(empty: DatabaseUrls) -> None:
    joined = "&" if "?" in empty.owner else "?"
    assert (await upgrade(f"{empty.owner}{joined}sslmode=prefer", None)).current


async def test_an_upgrade_that_fails_leaves_nothing(
    empty: DatabaseUrls, owner: Connection, add_revision: Callable[[str], None]
) -> None:
    add_revision("CREATE TABLE half (x integer); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(empty.owner, role_of(empty.app))
    assert await tables(owner) == []


async def test_a_later_upgrade_that_fails_leaves_the_version_before(
    empty: DatabaseUrls, owner: Connection, add_revision: Callable[[str], None]
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    before = await tables(owner)
    add_revision("CREATE TABLE half (x integer); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(empty.owner, role_of(empty.app))
    assert await tables(owner) == before
    assert (await read_status(owner, None)).revision == NEWEST

    add_revision("CREATE TABLE whole (x integer);")
    status = await upgrade(empty.owner, role_of(empty.app))
    assert (status.revision, status.current) == ("9999", True)
    assert set(await tables(owner)) == {*before, "whole"}
    assert await owner.fetchval(
        "SELECT has_table_privilege($1, 'whole', 'SELECT')", role_of(empty.app)
    )


async def test_the_revision_of_a_newer_version_is_left_alone(
    empty: DatabaseUrls, owner: Connection
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    await owner.execute("UPDATE alembic_version SET version_num = '9999'")
    await version.require_current(owner)
    with pytest.raises(MigrationError, match=r"revision 9999, which a newer .* Run that version"):
        await upgrade(empty.owner, role_of(empty.app))

    await owner.execute("TRUNCATE applied_functions")
    with pytest.raises(MigrationError, match=r"revision 9999, which a newer .* Run that version"):
        await version.require_current(owner)


async def test_changed_functions_are_applied_and_closed_to_everybody(
    empty: DatabaseUrls, owner: Connection, add_function: Callable[[str], None]
) -> None:
    role = role_of(empty.app)
    await upgrade(empty.owner, role)
    for answer in (41, 42):
        add_function(f"CREATE OR REPLACE FUNCTION latest() RETURNS int RETURN {answer}")
        assert not await is_current(owner)
        assert (await upgrade(empty.owner, role)).current
        assert await owner.fetchval("SELECT latest()") == answer
    for nobody in ("public", role):
        assert not await owner.fetchval(
            "SELECT has_function_privilege($1, 'latest()', 'EXECUTE')", nobody
        )

    # The version before runs on, node by node, and does not put its own back.
    add_function("CREATE OR REPLACE FUNCTION latest() RETURNS int RETURN 41")
    assert await is_current(owner)
    with pytest.raises(MigrationError, match="newer version has already upgraded the functions"):
        await upgrade(empty.owner, role)
    assert await owner.fetchval("SELECT latest()") == 42


async def test_functions_that_fail_leave_those_before(
    empty: DatabaseUrls, owner: Connection, add_function: Callable[[str], None]
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    add_function("CREATE FUNCTION half() RETURNS int RETURN 1; SELECT 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await upgrade(empty.owner, role_of(empty.app))
    assert await owner.fetchval("SELECT to_regproc('half')") is None
    assert await owner.fetchval("SELECT count(*) FROM applied_functions") == 1


async def test_a_server_that_is_too_old_is_refused(
    empty: DatabaseUrls, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "OLDEST_SERVER_VERSION", 99)
    with pytest.raises(MigrationError, match=r"runs PostgreSQL \d+; version 99 or newer is needed"):
        await upgrade(empty.owner, role_of(empty.app))
    assert await tables(owner) == []


async def test_a_role_without_rights_cannot_migrate(empty: DatabaseUrls, owner: Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await upgrade(empty.app, None)
    assert await tables(owner) == []


async def test_one_role_for_everything_works_too(empty: DatabaseUrls, owner: Connection) -> None:
    status = await upgrade(empty.owner, None)
    assert status.current
    assert not status.separate_application_role
    assert await owner.fetchval("SELECT wallets_roll_over_due(1, now(), '{}')") == 0


def test_revisions_are_known_by_the_names_of_their_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(version.schema_folder()))
    script = ScriptDirectory.from_config(config)
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert revisions[::-1] == version.known_revisions()
    assert script.get_heads() == [version.expected_revision()]


async def test_a_lock_that_somebody_holds_is_not_waited_for_by_everybody(
    empty: DatabaseUrls,
    owner: Connection,
    add_revision: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The migration gives its place in the line up, so that others get theirs, and says who was in the way."""
    await upgrade(empty.owner, role_of(empty.app))
    add_revision("ALTER TABLE wallets ADD COLUMN more integer;")
    monkeypatch.setattr(migration_locks, "LOCK_SETTINGS", SHORT_LOCKS)
    monkeypatch.setattr(migrate, "LOCK_SETTINGS", SHORT_LOCKS)
    monkeypatch.setattr(migration_locks, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(migration_locks, "_TRIES", 2)
    async with owner.transaction():
        await owner.execute("SELECT FROM wallets")
        with pytest.raises(MigrationError, match=f"held by process {owner.get_server_pid()}"):
            await upgrade(empty.owner, role_of(empty.app))
        # Nobody stands in the line any more.
        assert await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0
    assert (await read_status(owner, None)).revision == NEWEST


async def test_a_migration_goes_on_when_the_lock_is_free_again(
    empty: DatabaseUrls,
    owner: Connection,
    add_revision: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await upgrade(empty.owner, role_of(empty.app))
    add_revision("ALTER TABLE wallets ADD COLUMN more integer;")
    monkeypatch.setattr(migration_locks, "LOCK_SETTINGS", SHORT_LOCKS)
    monkeypatch.setattr(migrate, "LOCK_SETTINGS", SHORT_LOCKS)
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("SELECT FROM wallets")

    async def end_it(_: float) -> None:
        await transaction.rollback()

    monkeypatch.setattr(migration_locks, "_pause", end_it)
    assert (await upgrade(empty.owner, role_of(empty.app))).revision == "9999"
