"""What can go wrong with a storage."""

from __future__ import annotations


class StorageUnavailable(OSError):
    """The storage cannot be used, or did not answer in time; the message is a sentence for the operator."""


class FileTooLarge(Exception):
    """More bytes than ``MAX_FILE_BYTES`` came; nothing was kept."""


class InvalidKey(ValueError):
    """A key or a name that this server would not have made."""
