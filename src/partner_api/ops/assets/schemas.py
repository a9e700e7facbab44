"""The wire types of uploads."""

from __future__ import annotations

from typing import Annotated

import msgspec

from partner_api.edge.wire.fields import BareId

HoldersWorkerId = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=128,
        pattern="^[!-~]([ -~]*[!-~])?$",
        description="Who holds the claim, as it was claimed.",
    ),
]
HeldClaimToken = Annotated[BareId, msgspec.Meta(description="Of the claim, as it was answered.")]


class UploadedFile(msgspec.Struct, frozen=True, rename="camel"):
    """A file as it was stored."""

    name: Annotated[str, msgspec.Meta(description="As in the address.")]
    size_bytes: Annotated[int, msgspec.Meta(description="How many bytes came.")]
    sha256: Annotated[str, msgspec.Meta(description="Their SHA-256, in hexadecimal digits.")]
