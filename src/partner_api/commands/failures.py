"""How a command fails: one sentence on standard error, and a status that says what kind.

Status 1: it could not be done. Status 2: the command was misused (as Typer has it). Status 130:
interrupted.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from partner_api.commands.operator_client import OperatorRequestError
from partner_api.crypto import SecretKeyError
from partner_api.database.embedded import DatabaseStartError
from partner_api.database.migrate import MigrationError
from partner_api.generation.storage.errors import StorageUnavailable
from partner_api.processes.run_folder import RunFolderError
from partner_api.settings import SettingsError
from partner_api.startup import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN_FAILURES = (
    DatabaseStartError,
    MigrationError,
    OperatorRequestError,
    RunFolderError,
    SecretKeyError,
    SettingsError,
    StartupError,
    StorageUnavailable,
)


@contextlib.contextmanager
def failing_politely() -> Iterator[None]:
    """Turn the failures that people can do something about into their sentence."""
    try:
        yield
    except KNOWN_FAILURES as error:
        print(f"layers: {error}", file=sys.stderr)
        sys.exit(1)
