"""The hash chains of both ledgers: the wire types of a row's hashes, and how far a ledger reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import BareIdText, OrganizationIdText
from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID


_HASH_EXAMPLE = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
HashText: TypeAlias = Annotated[
    str,
    Meta(examples=[_HASH_EXAMPLE], extra_json_schema={"pattern": "^[0-9a-f]{64}$"}),
]
EventHash: TypeAlias = Annotated[
    HashText, Meta(description="SHA-256 of `previousHash` and of the content of this event.")
]
PreviousHash: TypeAlias = Annotated[
    HashText, Meta(description="`hash` of the event before it; of the first, 64 zeros.")
]
InternalHash: TypeAlias = Annotated[
    HashText,
    Meta(
        description="Digest of what is recorded beside these fields: who asked, in which request."
    ),
]


class LedgerHead(Struct, frozen=True, rename="camel"):
    """How far a ledger reaches. With its events it shows whether any of them was changed or is missing."""

    organization_id: Annotated[OrganizationIdText, Meta(description="Whose ledger it is.")]
    events_count: Annotated[int, Meta(ge=0, description="Events from the first to the newest.")]
    head_hash: Annotated[
        HashText, Meta(description="`hash` of the newest event; 64 zeros when there is none.")
    ]
    head_event_id: Annotated[BareIdText | None, Meta(description="The newest event.")]


class LedgerPosition(Struct, frozen=True):
    """How far the ledger of a wallet reaches, as the stores read it."""

    last_sequence: int
    last_hash: bytes
    event_id: UUID | None
    """Of the newest event; None without events."""


def ledger_head_of(organization_id: UUID, position: LedgerPosition) -> LedgerHead:
    """Return the wire form of how far a wallet's ledger reaches."""
    return LedgerHead(
        organization_id=format_id("org", organization_id),
        events_count=position.last_sequence,
        head_hash=position.last_hash.hex(),
        head_event_id=None if position.event_id is None else str(position.event_id),
    )
