"""The demo's credentials, kept in the data folder for its visitor; most commands only read the token."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "demo-credentials.json"


class DemoSecrets(msgspec.Struct, frozen=True):
    """What the demo's visitor needs; kept in the data folder, where only its owner can read it."""

    operator_token: str
    partner_key: str


def read_demo_secrets(data_dir: Path) -> DemoSecrets | None:
    """Return the secrets that a start of the demo left in the data folder, if there are any.

    Raises:
        OSError: the file is there and cannot be read.
    """
    try:
        return msgspec.json.decode((data_dir / _FILE).read_bytes(), type=DemoSecrets)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_demo_secrets(data_dir: Path, secrets: DemoSecrets) -> None:
    """Write the secrets to the data folder, in place of those that were there.

    Raises:
        OSError: the file cannot be written.
    """
    path = data_dir / _FILE
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(msgspec.to_builtins(secrets), file, indent=2)
    except OSError as error:
        # The error of a write does not name the file.
        raise OSError(error.errno, error.strerror, str(path)) from error
    partial.replace(path)
