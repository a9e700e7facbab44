"""The wire types of uploads."""

from __future__ import annotations

from typing import Annotated

import msgspec


class UploadedFile(msgspec.Struct, frozen=True, rename="camel"):
    """A file as it was stored."""

    name: Annotated[str, msgspec.Meta(description="As in the address.")]
    size_bytes: Annotated[int, msgspec.Meta(description="How many bytes came.")]
    sha256: Annotated[str, msgspec.Meta(description="Their SHA-256, in hexadecimal digits.")]
