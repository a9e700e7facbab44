"""Secrets at rest: keyed hashes of what must only be recognized, encryption of what is read back.

All keys come from one list, ``LAYERS_SECRET_KEYS``. The first is used for everything new; the rest
still open what was made with them, so that a key can be replaced without a pause.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from partner_api.database import secret_keys
from partner_api.settings.parsers import parse_secret_keys

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

KEY_FILE = "secret-keys"
# Each use has its own key, derived with its own label, so that no output of one use can stand in
# for another's.
_HASH_LABEL = b"layers/secret-hash/v1"
_SEAL_LABEL = b"layers/seal/v1"
_SIGN_LABEL = b"layers/sign/v1"
_CHECK_LABEL = b"layers/check/v1"
_NONCE_BYTES = 12


class SecretKeyError(Exception):
    """The secret keys do not fit the installation; the message is a sentence for the operator."""


class UnsealError(Exception):
    """A ciphertext was altered, belongs to another record, or its key is not in the list."""


class _DerivedKeys:
    __slots__ = ("check_value", "hashing", "sealing", "signing")

    def __init__(self, key: bytes) -> None:
        self.hashing = hmac.new(_derive(key, _HASH_LABEL), digestmod=hashlib.sha256)
        self.signing = _derive(key, _SIGN_LABEL)
        self.sealing = AESGCM(_derive(key, _SEAL_LABEL))
        self.check_value = _derive(key, _CHECK_LABEL)


class SecretKeys:
    """The installation's secret keys by id; the first is current. Never shows a key."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = {key_id: _DerivedKeys(key) for key_id, key in keys.items()}
        self.current_id = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> SecretKeys:
        """Read ``id:key,id:key``, the form of ``LAYERS_SECRET_KEYS``.

        Raises:
            SecretKeyError: the text has another form.
        """
        try:
            return cls(parse_secret_keys(text))
        except ValueError as error:
            raise SecretKeyError(f"LAYERS_SECRET_KEYS is set, but {error}.") from None

    @classmethod
    def load_or_create(cls, data_dir: Path) -> SecretKeys:
        """Read the keys of an installation that runs its own database, making one the first time.

        They are kept in ``secret-keys`` in the data folder, readable by its owner alone.

        Raises:
            SecretKeyError: the file cannot be read or written, or has another form.
        """
        path = data_dir / KEY_FILE
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                _write_once(path, f"{secrets.token_hex(2)}:{secrets.token_hex(32)}\n")
            return cls(parse_secret_keys(path.read_text(encoding="ascii").strip()))
        except (OSError, ValueError) as error:
            raise SecretKeyError(
                f"The secret keys in {path} cannot be used: {error}. "
                "Restore the file from a backup, or choose another data folder."
            ) from None

    def __repr__(self) -> str:
        """Show the ids alone."""
        return f"SecretKeys({', '.join(self._keys)})"

    def hash_secret(self, secret: str) -> tuple[str, bytes]:
        """Hash a secret for storing.

        The secrets hashed here have 256 random bits, so a keyed SHA-256 is enough; a slow hash
        would add nothing but time to each request.

        Returns:
            The id of the key used, and 32 bytes.
        """
        return self.current_id, self._digest(self._keys[self.current_id], secret)

    def verify(self, key_id: str, digest: bytes, presented: str) -> bool:
        """Return, in constant time, whether the text presented is the secret that was hashed.

        A key id that is not in the list verifies nothing.
        """
        keys = self._keys.get(key_id)
        actual = self._digest(keys or self._keys[self.current_id], presented)
        return hmac.compare_digest(actual, digest) and keys is not None

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """Encrypt, with AES-256-GCM, what must be readable again.

        Args:
            plaintext: what to encrypt.
            context: names the tenant and the record; unsealing needs the same, so that a
                ciphertext copied to another row does not open there.

        Returns:
            The key's id (with its length before it), the nonce and the ciphertext.
        """
        key_id = self.current_id.encode()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self.current_id].sealing.encrypt(nonce, plaintext, context)
        return bytes([len(key_id)]) + key_id + nonce + sealed

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt what ``seal`` made with the same context.

        Raises:
            UnsealError: altered, another context, or an unknown key.
        """
        length = sealed[0] if sealed else 0
        key_id = sealed[1 : 1 + length].decode("ascii", "replace")
        keys = self._keys.get(key_id)
        if keys is None:
            raise UnsealError(f"sealed with the key {key_id!r}, which is not in the list")
        nonce_end = 1 + length + _NONCE_BYTES
        try:
            return keys.sealing.decrypt(sealed[1 + length : nonce_end], sealed[nonce_end:], context)
        except (InvalidTag, ValueError):
            raise UnsealError("altered, or sealed for another record") from None

    def sign(self, message: bytes) -> bytes:
        """Return 16 bytes that only this installation can make for the message."""
        return hmac.digest(self._keys[self.current_id].signing, message, "sha256")[:16]

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Return, in constant time, whether ``sign`` made this signature with any key of the list."""
        return any(
            hmac.compare_digest(hmac.digest(keys.signing, message, "sha256")[:16], signature)
            for keys in self._keys.values()
        )

    def check_values(self) -> dict[str, bytes]:
        """Return, by key id, 32 bytes that show whether a key is the same and nothing of the key."""
        return {key_id: keys.check_value for key_id, keys in self._keys.items()}

    async def verify_installation(self, connection: Connection) -> None:
        """Compare the keys with those this database was used with, and record new ones.

        Keys that do not fit leave no trace: their ids stay free for the right ones.

        Raises:
            SecretKeyError: a key is another than the one that had its id, or one that API keys, operators or
                webhook endpoints depend on is missing.
        """
        values = self.check_values()
        async with connection.transaction():
            missing = await secret_keys.find_missing_key(connection, list(values))
            if missing is not None:
                raise SecretKeyError(
                    f"API keys, operators or webhook endpoints still depend on the secret key {missing!r}, "
                    "which is missing. Add it to LAYERS_SECRET_KEYS after the current one."
                )
            # First, because it waits for another server that is starting with the same ids.
            await secret_keys.add_check_values(connection, values)
            recorded = await secret_keys.read_check_values(connection)
            for key_id, value in values.items():
                if not hmac.compare_digest(value, recorded[key_id]):
                    raise SecretKeyError(
                        f"The secret key {key_id!r} is not the one this database was used "
                        "with. Restore the right key in LAYERS_SECRET_KEYS, or give the new one a "
                        "new id."
                    )

    def _digest(self, keys: _DerivedKeys, secret: str) -> bytes:
        # A copy of the prepared state is cheaper than keying again, on the path of every request.
        digest = keys.hashing.copy()
        digest.update(secret.encode())
        return digest.digest()


def new_secret() -> str:
    """Create a secret: 32 random bytes as 43 characters of base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def _derive(key: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label).derive(key)


def _write_once(path: Path, text: str) -> None:
    """Write the file whole or not at all; if another process was first, its file stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
