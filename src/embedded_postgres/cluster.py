"""The cluster: the folder of PostgreSQL's own files, and where it is."""

import hashlib
import os
import shutil
import tempfile
import uuid
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
    within_reach = not account.is_other or account.can_enter(folder.path)
    home = folder.path if within_reach else system_folder("clusters")
    cluster = folder.cluster if within_reach else home / str(uuid.uuid4())
    password = folder.make_password("owner")
    # The folder's own name in it, because others may be at work in the system folder.
    digest = hashlib.sha256(os.fsencode(folder.path)).hexdigest()[:12]
    prefix = f".postgres-new-{digest}-"
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    try:
        password_file = staging / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password, encoding="ascii")
        account.take(password_file)
        account.take(staging)
        _initdb(binaries, account, staging / "cluster", password_file, fast_unsafe=fast_unsafe)
        (staging / "cluster").rename(cluster)
    finally:
        # Also what a first start left that was killed: by now its initdb has ended too.
        for leftover in home.glob(f"{prefix}*"):
            shutil.rmtree(leftover, ignore_errors=True)
    if not within_reach:
        folder.cluster.symlink_to(cluster)
    for changed in (home, folder.path):
        _sync_folder(changed)
    return cluster


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
