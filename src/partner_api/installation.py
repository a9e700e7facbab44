"""What every process of one installation has in common: its database and its secret keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partner_api.crypto import SecretKeyError, SecretKeys
from partner_api.database.location import DatabaseLocation, locate

if TYPE_CHECKING:
    from partner_api.settings.table import Settings


class Installation(NamedTuple):
    """Where the database is, and the keys that its secrets are hashed and encrypted with."""

    location: DatabaseLocation
    secret_keys: SecretKeys


def open_installation(settings: Settings) -> Installation:
    """Find the database, and the keys: those of the environment, else those of the data folder.

    The data folder has keys, which are made the first time, for the embedded database and in development mode. A
    database of one's own needs keys of one's own, because servers on other machines need the same.

    Raises:
        DatabaseStartError: the embedded server of the data folder is not running.
        SecretKeyError: there are no keys, or they cannot be used.
    """
    return Installation(locate(settings), _secret_keys(settings))


def _secret_keys(settings: Settings) -> SecretKeys:
    if settings.secret_keys is not None:
        return SecretKeys.parse(settings.secret_keys)
    if settings.database_url is None or settings.development:
        return SecretKeys.load_or_create(settings.data_dir)
    raise SecretKeyError(
        "LAYERS_SECRET_KEYS is not set. Every server of a database needs the same keys: set it to "
        "an id and a key, for example k1:$(openssl rand -hex 32), and keep a copy in a safe place."
    )
