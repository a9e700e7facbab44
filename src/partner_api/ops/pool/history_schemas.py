"""Wire types of the history of a pool account: its leases, and what happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.audit.history_schemas import HistoryEvent, HistoryQuery, history_event_of
from partner_api.edge.wire.pagination import Cursor
from partner_api.ops.leases.schemas import LeaseWithPayments, lease_with_payments_of

if TYPE_CHECKING:
    from partner_api.audit import history_store
    from partner_api.leases import listed_store


class AccountLeasesQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """A page of the leases of a pool account."""

    limit: Annotated[int, Meta(ge=1, le=200, description="Leases on a page.")] = 50
    cursor: Cursor | None = None


class AccountLease(LeaseWithPayments, frozen=True, rename="camel", kw_only=True):
    """A lease that a pool account has or had."""


class AccountHistoryQuery(HistoryQuery, frozen=True, rename="camel", kw_only=True):
    """A page of what happened to a pool account."""


class AccountEvent(HistoryEvent, frozen=True, rename="camel", kw_only=True):
    """One thing that happened to a pool account."""


def account_lease_of(lease: listed_store.LeaseWithPayments) -> AccountLease:
    """Return the wire form of a lease that a pool account has or had."""
    return AccountLease(**asdict(lease_with_payments_of(lease)))


def account_event_of(event: history_store.HistoryEvent) -> AccountEvent:
    """Return the wire form of what happened to a pool account."""
    return history_event_of(AccountEvent, event)
