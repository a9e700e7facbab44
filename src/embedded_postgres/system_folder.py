"""The folder for what an unprivileged account must reach, used when root starts the server.

Root's checkouts and data folders are often closed to every other account. Their permissions are
root's business and stay as they are; what PostgreSQL cannot reach there goes here instead.
"""

import stat
from pathlib import Path

from embedded_postgres.errors import DatabaseStartError

SYSTEM_FOLDER = Path("/var/lib/layers")


def system_folder(name: str | None = None) -> Path:
    """Return SYSTEM_FOLDER, or a folder in it; created when missing, owned by root, mode 0711.

    Raises:
        DatabaseStartError: it cannot be made, or an account other than root could change it.
    """
    folder = SYSTEM_FOLDER if name is None else system_folder() / name
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711)
        found = folder.lstat()
    except OSError as error:
        raise DatabaseStartError(
            f"PostgreSQL does not run as root and needs {folder}, which cannot be used "
            f"({error.strerror}); start the server as a plain user or set DATABASE_URL."
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise DatabaseStartError(
            f"{folder} must be a folder that only root can change; correct or remove it."
        )
    return folder
