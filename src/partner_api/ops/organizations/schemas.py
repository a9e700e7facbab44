"""Wire types of partners, as the operator sees them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert
from msgspec.structs import asdict

from partner_api.credits.schemas import Credits, FormatEstimates, credits_of
from partner_api.credits.store import Wallet
from partner_api.edge.identity.authentication import RateLimitTier
from partner_api.edge.wire.fields import Amount, OrganizationId
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.pagination import Cursor
from partner_api.organizations import store
from partner_api.organizations.operator_store import OrganizationTerms, OrganizationWithTerms
from partner_api.organizations.schemas import (
    EmailAddress,
    Organization,
    OrganizationName,
    organization_fields,
)
from partner_api.organizations.store import OrganizationStatus

_TIER = Meta(description="How many requests its keys may send.")


class NewPartner(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A partner to onboard."""

    name: OrganizationName
    billing_email: EmailAddress | None = None
    metadata: Metadata = {}
    rate_limit_tier: Annotated[RateLimitTier, _TIER] = "standard"


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

    rate_limit_tier: Annotated[RateLimitTier | UnsetType, _TIER] = UNSET
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


def ops_organization_of(organization: OrganizationTerms) -> OpsOrganization:
    """Return an organization in the operator's wire form."""
    return OpsOrganization(**ops_organization_fields(organization))


def changed_ops_organization_of(facts: dict[str, Any]) -> OpsOrganization:
    """Return the answer of the facts of ``operator_store.onboard`` and ``operator_store.change``."""
    return ops_organization_of(convert(facts, OrganizationTerms))


def ops_organization_detail_of(
    organization: OrganizationWithTerms,
    counts: store.OrganizationCounts,
    wallet: Wallet,
    cash_balance_cents: int | None,
) -> OpsOrganizationDetail:
    """Return an organization in the operator's wire form, with its wallets and counts."""
    return OpsOrganizationDetail(
        **ops_organization_fields(organization),
        credits=credits_of(wallet),
        cash_balance_cents=cash_balance_cents,
        counts=OrganizationCounts(**asdict(counts), running_jobs=wallet.running_jobs),
    )


def ops_organization_fields(organization: OrganizationTerms) -> dict[str, Any]:
    """Return the fields of the operator's wire form, for those that have more."""
    is_partner = organization.parent_id is None
    prices = FormatEstimates(**(organization.format_prices or {})) if is_partner else None
    return {
        **organization_fields(organization),
        "rate_limit_tier": organization.rate_limit_tier,
        "format_prices": prices,
    }
