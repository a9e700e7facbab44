"""Which database a process uses, and with which roles."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import msgspec

from embedded_postgres import APP_ROLE, EmbeddedPostgres

if TYPE_CHECKING:
    from partner_api.settings.table import Settings


class DatabaseLocation(msgspec.Struct, frozen=True):
    """URLs of one database: the owner migrates, the application serves.

    ``application_role`` is None when both are the same role: then nothing but the code itself
    keeps the server from writing balances, and ``layers db status`` says so.
    """

    owner_url: str
    application_url: str
    application_role: str | None

    def __repr__(self) -> str:
        """Leave out the URLs: they contain passwords."""
        return f"DatabaseLocation(application_role={self.application_role!r})"


def locate(settings: Settings) -> DatabaseLocation:
    """Find the database of these settings.

    Raises:
        DatabaseStartError: the embedded server of the data folder is not running.
    """
    if settings.database_url is None:
        server = EmbeddedPostgres(settings.data_dir, user=settings.embedded_user)
        return DatabaseLocation(server.url("owner"), server.url("app"), APP_ROLE)
    owner_url = settings.migration_database_url or settings.database_url
    application_role = _role(settings.database_url)
    return DatabaseLocation(
        owner_url,
        settings.database_url,
        application_role if application_role != _role(owner_url) else None,
    )


def _role(url: str) -> str | None:
    role = urlsplit(url).username
    return None if role is None else unquote(role)
