"""Wire types of leases, as the operator sees them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, convert
from msgspec.structs import asdict

from partner_api.edge.wire.fields import (
    Amount,
    Instant,
    OrganizationId,
    OrganizationIdText,
    PoolAccountIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.leases.schemas import LeasedAccount, leased_account_of
from partner_api.leases.store import Lease, LeaseBillingStatus, LeaseStatus


class LeasesQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of all leases."""

    status: Annotated[
        list[LeaseStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    billing_status: Annotated[
        LeaseBillingStatus | None, Meta(description="Only assigned ones like this.")
    ] = None
    due_before: Annotated[
        Instant | None,
        Meta(description="Only assigned ones whose oldest unpaid month begins before this."),
    ] = None
    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only of this organization's projects.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Leases on a page.")] = 50
    cursor: Cursor | None = None


class OpsLease(LeasedAccount, frozen=True, rename="camel", kw_only=True):
    """A leased account, with its organization and pool account."""

    organization_id: OrganizationIdText
    pool_account_id: PoolAccountIdText | None


class LeasePatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to change of a lease."""

    monthly_price_cents: Annotated[Amount, Meta(description="From the next renewal on.")]


class Recall(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why an account is taken back."""

    note: (
        Annotated[
            str,
            Meta(min_length=1, max_length=1024, description="Kept on the lease.", extra=VISIBLE),
        ]
        | None
    ) = None


def changed_lease_of(facts: dict[str, Any]) -> OpsLease:
    """Return the answer made of the facts of ``store.disconnect`` or ``store.set_price``."""
    return ops_lease_of(convert(facts, Lease))


def ops_lease_of(lease: Lease) -> OpsLease:
    """Return the wire form of a lease, with whose it is."""
    return OpsLease(
        **asdict(leased_account_of(lease)),
        organization_id=format_id("org", lease.organization_id),
        pool_account_id=(
            None if lease.pool_account_id is None else format_id("pool", lease.pool_account_id)
        ),
    )
