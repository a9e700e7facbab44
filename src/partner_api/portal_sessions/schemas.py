"""Wire types of sessions of the portal."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import MillisecondsText
from partner_api.edge.wire.visible import VISIBLE

MOST_SECONDS = 3_600
_USUAL_SECONDS = 900


class NewPortalSession(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """A session of the portal to prepare."""

    expires_in_seconds: Annotated[
        int,
        Meta(
            ge=60,
            le=MOST_SECONDS,
            description="How long the link can be opened, and the session that it opens goes on, from now.",
        ),
    ] = _USUAL_SECONDS
    return_url: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=2048,
                description="Where the pages link back to: `https`. In development mode also `http` to this machine.",
                examples=["https://app.example.com/billing"],
                extra=VISIBLE,
            ),
        ]
        | None
    ) = None


class PortalSession(Struct, frozen=True, rename="camel", kw_only=True):
    """A session of the portal that waits to be opened."""

    url: Annotated[
        str,
        Meta(
            description="Opens it, once, for whoever has it first. Send a browser there, and keep it nowhere.",
            examples=["https://api.example.com/portal/open/lpk_…"],
        ),
    ]
    expires_at: Annotated[MillisecondsText, Meta(description="When the link and the session end.")]
