"""Columns that lists of leases have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import htpy as h

from partner_api.console.components.markup import element
from partner_api.console.components.table import Column
from partner_api.console.components.text import NONE, badge, cents, instant, other
from partner_api.ops.leases.schemas import ListedLease

if TYPE_CHECKING:
    from collections.abc import Sequence

L = TypeVar("L", bound=ListedLease)
LIST: Final = "/console/leases"
ORGANIZATIONS: Final = "/console/organizations"


def lease_address(lease: ListedLease) -> str:
    """Return the page of a lease."""
    return f"{LIST}/{lease.social_account_id}"


def handle_column() -> Column[L]:
    """Return the column with the handle, which leads to the lease."""
    return Column("Handle", lambda one: other(f"@{one.handle}"), lambda one: one.handle)


def whose_columns() -> Sequence[Column[L]]:
    """Return the columns that say whose a lease is: the partner, the child, if it is one's, and the project."""
    return (
        Column(
            "Partner",
            lambda one: organization(one.partner_id, one.partner_name),
            lambda one: one.partner_name,
        ),
        Column("Child", _child, lambda one: one.organization_name if _is_childs(one) else ""),
        Column("Project", lambda one: other(one.project_name), lambda one: one.project_name),
    )


def status_column() -> Column[L]:
    """Return the column with the state of a lease: why it is over, or that it is past due."""
    return Column("Status", state, _state)


def price_column() -> Column[L]:
    """Return the column with the price of the months to come."""
    return Column(
        "Price",
        lambda one: cents(one.monthly_price_cents),
        lambda one: one.monthly_price_cents,
        number=True,
    )


def organization(org_id: str, name: str) -> h.Node:
    """Return the name of an organization, which leads to its page."""
    return element("a", other(name), href=f"{ORGANIZATIONS}/{org_id}")


def state(lease: ListedLease) -> h.Node:
    """Return the state of a lease as a badge."""
    text = _state(lease)
    return badge(text, "quiet" if lease.status == "disconnected" else None)


def when(text: str | None) -> h.Node:
    """Return a time, or that there is none."""
    return instant(text) if text else NONE


def _state(lease: ListedLease) -> str:
    if lease.status == "disconnected":
        return str(lease.disconnected_reason)
    return "past_due" if lease.billing_status == "past_due" else "assigned"


def _is_childs(lease: ListedLease) -> bool:
    return lease.organization_id != lease.partner_id


def _child(lease: ListedLease) -> h.Node:
    if not _is_childs(lease):
        return NONE
    return organization(lease.organization_id, lease.organization_name)
