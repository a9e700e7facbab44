"""Wire types of the addresses of files."""

from __future__ import annotations

from typing import Annotated

import msgspec


class FileQuery(msgspec.Struct, frozen=True):
    """What the address of a file is signed with."""

    type: Annotated[str, msgspec.Meta(max_length=100, description="What it is served as.")]
    sha256: Annotated[
        str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="The hash of its bytes.")
    ]
    expires: Annotated[
        int,
        msgspec.Meta(
            ge=0, le=253_402_300_799, description="Until when it can be used, as Unix time."
        ),
    ]
    signature: Annotated[
        str, msgspec.Meta(max_length=64, description="Shows that this server made the address.")
    ]
