"""Wire types of partners, as the operator sees them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from partner_api.credits.schemas import (
    CreditConfig,
    Credits,
    FormatEstimates,
    credit_config_of,
    credits_of,
)
from partner_api.credits.store import Wallet
from partner_api.edge.identity.authentication import RateLimitTier
from partner_api.edge.wire.fields import Amount, OrganizationId
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.pagination import Cursor
from partner_api.organizations.operator_store import (
    OperatedContents,
    OrganizationTerms,
    OrganizationWithTerms,
)
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
    partners_only: Annotated[bool, Meta(description="`true`: no children.")] = False
    limit: Annotated[int, Meta(ge=1, le=100, description="Organizations on a page.")] = 25
    cursor: Cursor | None = None


class OrganizationQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Of which environment an organization is read."""

    env: Annotated[
        Literal["live", "test"],
        Meta(description="A partner has wallets and counts of its own in each; a child is in one."),
    ] = "live"


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


class OrganizationKeys(Struct, frozen=True, rename="camel"):
    """How many keys an organization has, of one environment."""

    active: Annotated[int, Meta(description="That work: neither deleted nor killed.")]
    killed: Annotated[int, Meta(description="That were killed and not deleted.")]
    active_of_children: Annotated[
        int, Meta(description="Keys of its children that work. They stop when it is suspended.")
    ]


class OpsOrganizationDetail(OpsOrganization, frozen=True, rename="camel", kw_only=True):
    """An organization with its wallets and counts."""

    credit_config: Annotated[
        CreditConfig | None,
        Meta(description="How far a child may spend, and how it refills. Null for a partner."),
    ]
    api_keys: OrganizationKeys
    included_credits: Annotated[
        Amount,
        Meta(
            description="What its subscription grants in a period while billing is active. The running period may have "
            "had more, and what was carried over."
        ),
    ]
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
    organization: OrganizationWithTerms, contents: OperatedContents, wallet: Wallet
) -> OpsOrganizationDetail:
    """Return an organization in the operator's wire form, with its wallets and counts."""
    return OpsOrganizationDetail(
        **ops_organization_fields(organization),
        credit_config=None if organization.parent_id is None else credit_config_of(wallet),
        api_keys=OrganizationKeys(
            active=contents.active_keys,
            killed=contents.killed_keys,
            active_of_children=contents.active_keys_of_children,
        ),
        credits=credits_of(wallet),
        included_credits=contents.included_credits,
        cash_balance_cents=contents.cash_balance_cents,
        counts=OrganizationCounts(
            children=contents.children,
            projects=contents.projects,
            leased_accounts=contents.leased_accounts,
            past_due_leases=contents.past_due_leases,
            open_lease_requests=contents.open_lease_requests,
            running_jobs=wallet.running_jobs,
        ),
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
