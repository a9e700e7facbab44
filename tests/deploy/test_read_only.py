"""The server where nothing can be written but its data folder, and every secret is in a file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.support.databases import DatabaseUrls, database_of, make_database
from tests.support.serving import LAYERS, Service, environment, passable_folder

# In a namespace of mounts of its own: the folder that comes first stays as it is, and nothing else can be written to.
# Root keeps its user, because the folder of PostgreSQL's socket belongs to another one.
READ_ONLY = (
    "unshare",
    *(() if os.geteuid() == 0 else ("--user", "--map-root-user")),
    "--mount",
    "sh",
    "-c",
    'mount --bind "$1" "$1" && mount -o remount,bind,ro / && shift && exec "$@"',
    "sh",
)


def _can_be_read_only(folder: Path) -> bool:
    """Return whether this machine lets us, and the folder is not on a file system of its own."""
    inner = folder / "inner"
    inner.mkdir()
    tried = ("sh", "-c", f"touch {inner}/a && ! touch {folder}/a")
    try:
        done = subprocess.run([*READ_ONLY, str(inner), *tried], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def test_server_and_status_need_nothing_but_the_data_folder_and_files_of_secrets(
    database_urls: DatabaseUrls, template: str, secret_keys_text: str
) -> None:
    with (
        passable_folder() as home,
        make_database(database_urls, template=template) as urls,
    ):
        if not _can_be_read_only(home):
            pytest.skip("a file system cannot be made read-only here")
        for name, text in {"url": urls.app, "keys": secret_keys_text}.items():
            (home / name).write_text(f"{text}\n")
        data = home / "data"
        data.mkdir()
        variables = {
            "LAYERS_DATA_DIR": str(data),
            "DATABASE_URL_FILE": str(home / "url"),
            "LAYERS_SECRET_KEYS_FILE": str(home / "keys"),
            "TMPDIR": str(data),
            "HOME": "/nonexistent",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        wrapped = (*READ_ONLY, str(data))
        server = Service(home, "serve", wrapped=wrapped, **variables)
        try:
            server.start()
            assert database_of(urls.app) not in server.errors
            assert server.get("/readyz").json()["status"] == "ready"
            asked = subprocess.run(
                [*LAYERS, "status"], env=environment(variables), capture_output=True, check=False
            )
            assert asked.returncode == 0, asked.stderr
            assert server.stop() == 0, server.errors
        finally:
            server.end()
        assert "Read-only file system" not in server.errors
        assert secret_keys_text not in server.errors + server.output
