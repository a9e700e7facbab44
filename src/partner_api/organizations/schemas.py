"""Wire types of organizations."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.credits.schemas import CreditConfig, credit_config_of
from partner_api.credits.store import Wallet
from partner_api.edge.wire.fields import Amount, MillisecondsText, OrganizationIdText, ProjectIdText
from partner_api.edge.wire.metadata import Metadata, MetadataPatch
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.standards import EMAIL
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.organizations import store
from partner_api.organizations.store import OrganizationStatus

OrganizationName = Annotated[
    str,
    Meta(min_length=1, max_length=128, description="As people know it.", extra=VISIBLE),
]
EmailAddress = Annotated[
    str,
    Meta(
        max_length=254,
        # In Python, $ alone would let a newline at the end pass.
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$(?!\n)",
        description="One address, without a name around it.",
        examples=["billing@example.com"],
        extra=EMAIL,
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


class NewOrganization(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """A child organization to create for a customer."""

    name: OrganizationName
    metadata: Metadata = {}
    billing_email: EmailAddress | None = None


class OrganizationPatch(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What to change: what is left out stays."""

    name: OrganizationName | UnsetType = UNSET
    metadata: MetadataPatch = UNSET
    billing_email: EmailAddress | UnsetType | None = UNSET


class OrganizationsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of children."""

    status: Annotated[
        list[OrganizationStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Organizations on a page.")] = 25
    cursor: Cursor | None = None


class OrganizationSummary(Struct, frozen=True, rename="camel", kw_only=True):
    """What a parent wants to know of a child at a glance."""

    project_count: int
    balance: Amount
    available: Amount
    credit_config: CreditConfig


class OrganizationDetail(Organization, frozen=True, rename="camel", kw_only=True):
    """A child organization with its summary."""

    summary: OrganizationSummary


class ArchivedOrganization(Struct, frozen=True, rename="camel", kw_only=True):
    """A child that was archived, and what that did."""

    id: OrganizationIdText
    status: OrganizationStatus
    archived_at: MillisecondsText
    reclaimed_credits: Annotated[
        Amount, Meta(description="Prepaid credits that went back to your wallet at once.")
    ]
    revoked_api_keys: int
    released_leased_accounts: int


class Migration(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Which projects become whose: one new child for each distinct name."""

    mapping: Annotated[
        dict[str, OrganizationName],
        Meta(
            min_length=1,
            max_length=1000,
            description="Child's name by project id.",
            examples=[{"prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05": "Corner Coffee"}],
        ),
    ]


class MigratedChild(Struct, frozen=True, rename="camel"):
    """A child that a migration created."""

    id: OrganizationIdText
    name: str
    project_ids: list[ProjectIdText]


class Migrated(Struct, frozen=True, rename="camel"):
    """What a migration did."""

    projects_moved: int
    children_created: int
    children: list[MigratedChild]


def organization_of(organization: store.Organization) -> Organization:
    """Return an organization in its wire form."""
    return Organization(**organization_fields(organization))


def organization_detail_of(
    child: store.Organization, counts: store.OrganizationCounts, wallet: Wallet
) -> OrganizationDetail:
    """Return a child in its wire form, with its summary."""
    return OrganizationDetail(
        **organization_fields(child),
        summary=OrganizationSummary(
            project_count=counts.projects,
            balance=wallet.balance,
            available=wallet.available,
            credit_config=credit_config_of(wallet),
        ),
    )


def changed_organization_of(facts: dict[str, Any]) -> Organization:
    """Return the answer of the facts of ``store.set_status``."""
    return organization_of(convert(facts, store.Organization))


def archived_organization_of(facts: dict[str, Any]) -> ArchivedOrganization:
    """Return the answer of the facts of ``store.archive``."""
    done = convert(facts, store.Archiving)
    return ArchivedOrganization(
        id=format_id("org", done.organization_id),
        status="archived",
        archived_at=format_milliseconds(done.archived_at),
        reclaimed_credits=done.reclaimed_credits,
        revoked_api_keys=done.revoked_api_keys,
        released_leased_accounts=done.released_leased_accounts,
    )


def organization_fields(organization: store.Organization) -> dict[str, Any]:
    """Return the fields of the wire form of an organization, for those that have more."""
    parent_id = organization.parent_id
    return {
        "id": format_id("org", organization.id),
        "parent_organization_id": None if parent_id is None else format_id("org", parent_id),
        "name": organization.name,
        "status": organization.status,
        "metadata": organization.metadata,
        "billing_email": organization.billing_email,
        "archived_at": format_milliseconds_or_none(organization.archived_at),
        "created_at": format_milliseconds(organization.created_at),
        "updated_at": format_milliseconds(organization.updated_at),
    }
