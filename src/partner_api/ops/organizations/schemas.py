"""Wire types of partners, as the operator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.credits.schemas import Credits, FormatEstimates
from partner_api.edge.identity.authentication import RateLimitTier
from partner_api.edge.wire.fields import Amount, OrganizationId
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.pagination import Cursor
from partner_api.organizations.schemas import (
    EmailAddress,
    Organization,
    OrganizationName,
    OrganizationStatus,
    organization_fields,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Row


class NewPartner(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A partner to onboard."""

    name: OrganizationName
    billing_email: EmailAddress | None = None
    metadata: Metadata = {}
    rate_limit_tier: RateLimitTier = "standard"


class FormatPrices(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Upper bounds of what one piece of content costs; what is left out stays as it is."""

    slideshow_builder: Amount | UnsetType = UNSET
    slideshow_remix: Amount | UnsetType = UNSET
    video_remix: Amount | UnsetType = UNSET
    ugc_remix: Amount | UnsetType = UNSET
    auto: Amount | UnsetType = UNSET


class OpsOrganizationPatch(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What only the operator changes. The tier and the prices are a partner's alone."""

    rate_limit_tier: RateLimitTier | UnsetType = UNSET
    format_prices: FormatPrices | UnsetType = UNSET
    status: Annotated[
        Literal["active", "suspended"] | UnsetType,
        Meta(description="Suspending a partner stops its keys and those of all its children."),
    ] = UNSET


class OrganizationsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the operator's list of organizations."""

    search: Annotated[
        str | None,
        Meta(max_length=128, description="A part of the name, whatever its case."),
    ] = None
    status: Annotated[
        list[OrganizationStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    parent_organization_id: Annotated[
        OrganizationId | None, Meta(description="Only the children of this partner.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Organizations on a page.")] = 25
    cursor: Cursor | None = None


class OpsOrganization(Organization, frozen=True, rename="camel", kw_only=True):
    """An organization with what only the operator decides."""

    rate_limit_tier: Annotated[
        RateLimitTier | None, Meta(description="Null for a child: it has its partner's.")
    ]
    format_prices: Annotated[
        FormatEstimates | None, Meta(description="Null for a child: it has its partner's.")
    ]


class OrganizationCounts(Struct, frozen=True, rename="camel"):
    """How much an organization has of what."""

    children: int
    projects: int
    leased_accounts: Annotated[int, Meta(description="Assigned now.")]
    past_due_leases: Annotated[int, Meta(description="Of them, those that could not be paid.")]
    open_lease_requests: Annotated[int, Meta(description="That have no answer yet.")]
    running_jobs: int


class OpsOrganizationDetail(OpsOrganization, frozen=True, rename="camel", kw_only=True):
    """An organization with its wallets and counts."""

    credits: Credits
    cash_balance_cents: Annotated[
        Amount | None, Meta(description="Null for a child: its partner pays.")
    ]
    counts: OrganizationCounts


def ops_organization_fields(row: Row) -> dict[str, Any]:
    """Give the fields of ``OpsOrganization`` of a row of ``organizations``."""
    is_partner = row["parent_id"] is None
    return {
        **organization_fields(row),
        "rate_limit_tier": row["rate_limit_tier"],
        "format_prices": FormatEstimates(**(row["format_prices"] or {})) if is_partner else None,
    }
