"""The ordinary life of the embedded server: start, use, stop, start again."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.embedded_postgres.running import is_running, mode, postmaster_pid, query

from embedded_postgres import DatabaseStartError, EmbeddedPostgres
from embedded_postgres import data_folder as data_folder_module

Serve = Callable[..., EmbeddedPostgres]


def test_first_start_makes_database_roles_and_private_files(home: Path, serve: Serve) -> None:
    server = serve(home / "a" / "data", fast_unsafe=False)

    assert query(server.url("owner"), "SELECT current_user || '@' || current_database()") == (
        "layers_owner@layers"
    )
    assert query(server.url("app"), "SELECT current_user || '@' || current_database()") == (
        "layers_app@layers"
    )
    is_super = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert query(server.url("owner"), is_super) is True
    assert query(server.url("app"), is_super) is False
    settings = query(
        server.url("owner"),
        "SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN ('listen_addresses',"
        "'max_connections', 'data_checksums', 'fsync', 'TimeZone', 'server_encoding',"
        "'unix_socket_permissions', 'password_encryption')",
    )
    assert json.loads(settings) == {
        "listen_addresses": "",
        "max_connections": "200",
        "data_checksums": "on",
        "fsync": "on",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
    }
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'layers'"
    assert query(server.url("app"), locale) == "bC.UTF-8"

    data = home / "a" / "data"
    assert mode(data) == (0o710 if os.geteuid() == 0 else 0o700)
    assert mode(data / "postgres") == 0o700
    files = {path.name: mode(path) for path in data.iterdir() if path.is_file()}
    assert files == dict.fromkeys(
        ["postgres-app.password", "postgres-owner.password", "postgres.log", "server.lock"], 0o600
    )


def test_stop_leaves_no_process_and_the_next_start_finds_the_data(
    data_dir: Path, serve: Serve
) -> None:
    server = serve(data_dir)
    query(server.url("owner"), "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = postmaster_pid(data_dir)

    server.stop()
    server.stop()
    assert not is_running(pid)
    assert "received fast shutdown request" in (data_dir / "postgres.log").read_text()
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    with pytest.raises(DatabaseStartError, match=r"No database server is ready in .*layers serve"):
        server.url("app")

    server.start()
    assert query(server.url("owner"), "SELECT answer FROM kept") == 42
    again = postmaster_pid(data_dir)
    server.start()
    assert postmaster_pid(data_dir) == again


def test_context_manager_stops_after_an_error(data_dir: Path) -> None:
    with pytest.raises(KeyError), EmbeddedPostgres(data_dir, fast_unsafe=True):
        pid = postmaster_pid(data_dir)
        raise KeyError
    assert not is_running(pid)


async def test_start_refuses_to_block_an_event_loop(home: Path) -> None:
    with pytest.raises(RuntimeError, match="thread"):
        EmbeddedPostgres(home / "data").start()
    assert not (home / "data").exists()


async def test_start_works_in_a_thread_beside_an_event_loop(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, fast_unsafe=True)
    await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(server.url("app"))
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    await asyncio.to_thread(server.stop)


def test_another_process_finds_the_server_by_its_folder(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir)
    program = (
        "import sys; from embedded_postgres import EmbeddedPostgres\n"
        "print(EmbeddedPostgres(sys.argv[1]).url('app'))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, data_dir], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == server.url("app")


def test_sqlalchemy_takes_the_url(data_dir: Path, serve: Serve) -> None:
    url = serve(data_dir).url("owner").replace("postgresql://", "postgresql+asyncpg://")

    async def current_user() -> str:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            name: str = (await connection.execute(text("SELECT current_user"))).scalar_one()
        await engine.dispose()
        return name

    assert asyncio.run(current_user()) == "layers_owner"


@pytest.mark.parametrize("role", ["owner", "app"])
def test_every_role_needs_its_password(data_dir: Path, serve: Serve, role: str) -> None:
    server = serve(data_dir)
    url = server.url("owner" if role == "owner" else "app")
    for wrong in ("wrong", server.url("app" if role == "owner" else "owner").split(":")[2]):
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(url, "SELECT 1", password=wrong)
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(url.replace(url.split("@")[0], f"postgresql://layers_{role}"), "SELECT 1")
    methods = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    assert query(server.url("owner"), methods) == "scram-sha-256"


@pytest.mark.parametrize("name", ["x" * 120, "a, b'c\"d%20&host=é"])
def test_a_path_that_no_socket_can_have(home: Path, serve: Serve, name: str) -> None:
    server = serve(home / name)
    assert query(server.url("app"), "SELECT 1") == 1

    lines = (home / name / "postgres" / "postmaster.pid").read_text().split("\n")
    socket_folder = Path(lines[4])
    assert home not in socket_folder.parents
    assert mode(socket_folder) == 0o700
    assert stat.S_ISSOCK((socket_folder / ".s.PGSQL.5432").stat().st_mode)
    server.stop()
    assert not socket_folder.exists()


def test_the_server_process_has_neither_our_terminal_nor_our_secrets(
    data_dir: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERS_SECRET_KEYS", "a:very-secret")
    monkeypatch.setenv("PGPORT", "1")
    serve(data_dir)
    pid = postmaster_pid(data_dir)
    assert os.getsid(pid) != os.getsid(0)
    if sys.platform == "linux":
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"LC_ALL=C" in environment
        assert b"very-secret" not in environment
        open_files = [entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()]
        assert data_dir / "postgres.log" in open_files
        assert data_dir / "server.lock" not in open_files


def test_passwords_are_never_logged(data_dir: Path, serve: Serve) -> None:
    server = serve(data_dir)
    for setting in ("log_statement = 'all'", "log_min_duration_statement = 0"):
        query(server.url("owner"), f"ALTER SYSTEM SET {setting}")
    server.stop()
    (data_dir / "postgres-app.password").unlink()
    server.start()
    assert query(server.url("app"), "SELECT 'this is logged'") == "this is logged"
    query(server.url("owner"), "ALTER SYSTEM RESET ALL")
    log = (data_dir / "postgres.log").read_text()
    for role in ("app", "owner"):
        assert (data_dir / f"postgres-{role}.password").read_text().strip() not in log
    assert "this is logged" in log


def test_a_long_log_is_put_aside_at_the_start(
    data_dir: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder_module, "MAX_LOG_BYTES", 1000)
    (data_dir / "postgres.log").write_text("old\n" * 1000)
    (data_dir / "postgres.log.1").write_text("older")
    serve(data_dir)
    assert "old\n" not in (data_dir / "postgres.log").read_text()
    assert (data_dir / "postgres.log.1").read_text() == "old\n" * 1000
