"""Where the server's Unix socket is."""

import contextlib
import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from embedded_postgres.account import Account
from embedded_postgres.errors import DatabaseStartError

# There is no network port: the number is only a part of the socket's name.
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# The kernel's limit is 108 bytes on Linux and 104 on macOS, with a zero at the end.
_MAX_SOCKET_PATH_BYTES = 103
# What neither PostgreSQL's list of socket folders nor a connection URL can misread.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")
_PREFIX = "layers-"


def make_socket_folder(cluster: Path, account: Account, previous: Path | None) -> Path:
    """Return the folder for the socket, mode 0700: the cluster itself where its path is short enough.

    Args:
        cluster: the real path of the cluster.
        account: owns the folder.
        previous: the folder used last time; one that a killed server left is used again.

    Raises:
        DatabaseStartError: no place has a path short enough.
    """
    if _takes_socket(cluster):
        return cluster
    if previous is not None and _takes_socket(previous) and _is_ours(previous, account):
        return previous
    # TMPDIR can be long, or a folder of this process's account alone.
    for place in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
        mark = f"{_PREFIX}{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}-"
        # What a start left that was killed before PostgreSQL had written down where its socket is.
        for left in place.glob(f"{mark}*"):
            with contextlib.suppress(OSError):
                left.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=mark, dir=place))
        account.take(folder)
        if _takes_socket(folder) and account.can_enter(folder):
            return folder
        folder.rmdir()
    raise DatabaseStartError(
        f"The path of the data folder does not suit PostgreSQL's socket ({cluster}), nor does that "
        "of the folder for temporary files; choose a shorter one with LAYERS_DATA_DIR."
    )


def make_again(folder: Path, account: Account) -> None:
    """Create again a folder that this process created before, unless it is there or its place is taken."""
    if folder.name.startswith(_PREFIX):
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700)
            account.take(folder)


def remove_socket_folder(folder: Path, account: Account) -> None:
    """Remove a folder that `make_socket_folder` made outside the cluster."""
    if _is_ours(folder, account):
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            # A server that was killed has not removed them.
            (folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()


def _takes_socket(folder: Path) -> bool:
    path = str(folder / SOCKET_NAME)
    return (
        _PLAIN_PATH.fullmatch(path) is not None and len(os.fsencode(path)) <= _MAX_SOCKET_PATH_BYTES
    )


def _is_ours(folder: Path, account: Account) -> bool:
    # Its name comes from a file of the account that runs PostgreSQL, and this may be root.
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        folder.name.startswith(_PREFIX)
        and stat.S_ISDIR(found.st_mode)
        and stat.S_IMODE(found.st_mode) == 0o700
        and found.st_uid == account.uid
    )
