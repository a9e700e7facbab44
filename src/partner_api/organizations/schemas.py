"""Wire types of organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.fields import Metadata, MillisecondsText, OrganizationIdText
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.database.connection import Row

OrganizationStatus = Literal["active", "suspended", "archived"]
OrganizationName = Annotated[str, Meta(min_length=1, max_length=128)]
EmailAddress = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        examples=["billing@example.com"],
    ),
]


class Organization(Struct, frozen=True, rename="camel", kw_only=True):
    """A partner, or a child that a partner has created for a customer."""

    id: OrganizationIdText
    parent_organization_id: Annotated[
        OrganizationIdText | None, Meta(description="Null for a partner.")
    ]
    name: str
    status: OrganizationStatus
    metadata: Metadata
    billing_email: str | None
    archived_at: MillisecondsText | None
    created_at: MillisecondsText
    updated_at: MillisecondsText


def organization_fields(row: Row) -> dict[str, Any]:
    """Give the fields of ``Organization`` of a row of ``organizations``."""
    parent_id, archived_at = row["parent_id"], row["archived_at"]
    return {
        "id": format_id("org", row["id"]),
        "parent_organization_id": None if parent_id is None else format_id("org", parent_id),
        "name": row["name"],
        "status": row["status"],
        "metadata": row["metadata"],
        "billing_email": row["billing_email"],
        "archived_at": None if archived_at is None else format_milliseconds(archived_at),
        "created_at": format_milliseconds(row["created_at"]),
        "updated_at": format_milliseconds(row["updated_at"]),
    }
