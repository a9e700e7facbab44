"""Addresses of files on this server: signed, and good for an hour."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from partner_api.storage.files import URL_SECONDS, StoredFile, harmless_type

if TYPE_CHECKING:
    from partner_api.crypto import SecretKeys


def signed_address(secret_keys: SecretKeys, file: StoredFile, mime_type: str, now: datetime) -> str:
    """Return a path on this server from which anyone can read a file for one hour, wherever it is kept.

    Args:
        secret_keys: sign it.
        file: what is stored.
        mime_type: what it is served as, if it is a type of image, sound or film.
        now: when the hour begins.
    """
    expires = int(now.timestamp()) + URL_SECONDS
    kind = harmless_type(mime_type)
    signature = secret_keys.sign(_message(file.key, kind, file.sha256, expires))
    query = {
        "type": kind,
        "sha256": file.sha256,
        "expires": expires,
        "signature": base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
    }
    return f"/files/{file.key}?{urlencode(query)}"


def admits(
    secret_keys: SecretKeys,
    key: str,
    kind: str,
    sha256: str,
    expires: int,
    signature: str,
    now: datetime,
) -> bool:
    """Return whether this server made an address and its hour is not over."""
    try:
        given = base64.urlsafe_b64decode(signature.encode("ascii") + b"==")
    except (UnicodeEncodeError, binascii.Error):
        return False
    genuine = secret_keys.signed(_message(key, kind, sha256, expires), given)
    return genuine and now < datetime.fromtimestamp(expires, UTC)


def _message(key: str, kind: str, sha256: str, expires: int) -> bytes:
    # Line breaks are in none of them, and the first line keeps this from being another signature.
    return f"file\n{key}\n{kind}\n{sha256}\n{expires}".encode()
