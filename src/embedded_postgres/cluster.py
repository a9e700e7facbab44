"""The cluster: the folder of PostgreSQL's own files, and where it is."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from embedded_postgres.account import Account, account_name
from embedded_postgres.binaries import MAJOR_VERSION, Binaries
from embedded_postgres.data_folder import DataFolder
from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.system_folder import system_folder

OWNER_ROLE = "layers_owner"


def find_cluster(folder: DataFolder, account: Account) -> Path | None:
    """Check the data folder's cluster and return its real path; None when there is none yet.

    Raises:
        DatabaseStartError: what is there cannot be used by this version or this account.
    """
    place = folder.cluster
    if not os.path.lexists(place):
        return None
    cluster = place.resolve()
    if not cluster.exists():
        # Never an empty database in place of a disk that is not mounted.
        raise DatabaseStartError(
            f"{place} leads to {cluster}, which does not exist; bring it back, or remove the link "
            "to begin with an empty database."
        )
    if not cluster.is_dir():
        raise _not_a_cluster(place)
    if not place.is_symlink() and os.access(cluster, os.R_OK) and not any(cluster.iterdir()):
        cluster.rmdir()
        return None
    owner = cluster.stat().st_uid
    if owner != account.uid:
        raise DatabaseStartError(
            f'The database files in {cluster} belong to "{account_name(owner)}", not to '
            f'"{account.name}"; start the server as their owner or as root, and leave '
            "LAYERS_EMBEDDED_USER unset."
        )
    try:
        version = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _not_a_cluster(place) from error
    if not version.isdigit():
        raise _not_a_cluster(place)
    if version != MAJOR_VERSION:
        raise DatabaseStartError(
            f"The database in {cluster} was made by PostgreSQL {version}, and this is PostgreSQL "
            f"{MAJOR_VERSION}; move it with pg_dump, or choose another folder with LAYERS_DATA_DIR."
        )
    if account.is_other and not account.can_enter(cluster):
        raise DatabaseStartError(
            f'The account "{account.name}", which PostgreSQL runs as, cannot reach the database '
            f"files in {cluster}; let it pass the folders above, or move the data folder."
        )
    return cluster


def make_cluster(
    folder: DataFolder, account: Account, binaries: Binaries, *, fast_unsafe: bool
) -> Path:
    """Create a cluster whose only role is OWNER_ROLE, and return its real path.

    It is created beside its place and then renamed, so that it is there whole or not at all.

    Raises:
        DatabaseStartError: initdb failed.
    """
    home, cluster = _home_of_cluster(folder, account)
    password = folder.make_password("owner")
    prefix = _staging_prefix(folder)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    try:
        password_file = staging / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password, encoding="ascii")
        account.take(password_file)
        account.take(staging)
        _initdb(binaries, account, staging / "cluster", password_file, fast_unsafe=fast_unsafe)
        _put_in_place(folder, staging / "cluster", cluster)
    finally:
        # Also what a first start left that was killed: by now its initdb has ended too.
        for leftover in home.glob(f"{prefix}*"):
            shutil.rmtree(leftover, ignore_errors=True)
    return cluster


@contextlib.contextmanager
def prepared_cluster(
    folder: DataFolder, account: Account, end_left: Callable[[Path], None]
) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Yield an empty folder in which to prepare a cluster, and what puts it in its place when it is done.

    What is not put in its place is removed at the end, and with it what was left by one that was killed.

    Args:
        folder: the data folder, which has no cluster.
        account: whom it belongs to.
        end_left: ends the server of a cluster that was left.
    """
    home, cluster = _home_of_cluster(folder, account)
    prefix = _staging_prefix(folder)

    def remove() -> None:
        for left in home.glob(f"{prefix}*"):
            end_left(left / "cluster")
            shutil.rmtree(left, ignore_errors=True)

    remove()
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    account.take(staging)
    prepared = staging / "cluster"
    prepared.mkdir(mode=0o700)
    account.take(prepared)
    try:
        yield prepared, lambda: _put_in_place(folder, prepared, cluster)
    finally:
        remove()


def _home_of_cluster(folder: DataFolder, account: Account) -> tuple[Path, Path]:
    """Return where a new cluster is prepared, and its place beside that."""
    if not account.is_other or account.can_enter(folder.path):
        return folder.path, folder.cluster
    home = system_folder("clusters")
    return home, home / str(uuid.uuid4())


def _staging_prefix(folder: DataFolder) -> str:
    # The folder's own name in it, because others may be at work in the system folder.
    digest = hashlib.sha256(os.fsencode(folder.path)).hexdigest()[:12]
    return f".postgres-new-{digest}-"


def _put_in_place(folder: DataFolder, prepared: Path, cluster: Path) -> None:
    prepared.rename(cluster)
    if cluster != folder.cluster:
        folder.cluster.symlink_to(cluster)
    for changed in (cluster.parent, folder.path):
        _sync_folder(changed)


def _initdb(
    binaries: Binaries, account: Account, cluster: Path, password_file: Path, *, fast_unsafe: bool
) -> None:
    finished = account.run(
        [
            binaries.initdb,
            *("--pgdata", cluster),
            *("--username", OWNER_ROLE),
            *("--pwfile", password_file),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # Sorts the same on every machine and after every upgrade of the C library.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            "--data-checksums",
            "--no-instructions",
            *(["--no-sync"] if fast_unsafe else []),
        ]
    )
    if finished.returncode != 0:
        lines = [line for line in finished.stdout.splitlines() if "error:" in line]
        reason = (lines or finished.stdout.splitlines() or ["initdb failed"])[-1]
        raise DatabaseStartError(
            f"The database could not be created in {cluster.parent.parent}: "
            f"{reason.removeprefix('initdb: error: ')}; see to that and start again, or choose "
            "another folder with LAYERS_DATA_DIR."
        )


def _not_a_cluster(place: Path) -> DatabaseStartError:
    return DatabaseStartError(
        f"{place} is not a PostgreSQL database; move it away to begin with an empty one, or choose "
        "another folder with LAYERS_DATA_DIR."
    )


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
