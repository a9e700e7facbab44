"""What leases must satisfy, with their accounts and requests: as in `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.ids import format_id
from partner_api.reconciliation.comparing import mismatches
from partner_api.reconciliation.rules import Mismatch, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from partner_api.reconciliation.cash_store import CashEvent
    from partner_api.reconciliation.lease_store import (
        FormerPrice,
        Lease,
        LeaseCharge,
        SocialAccount,
    )
    from partner_api.reconciliation.pool_store import HeldLease
    from partner_api.reconciliation.request_store import Request
    from partner_api.reconciliation.totals_store import LeaseTotals

_NO_ROW = "none"


def check_cash_event(tenant_id: int, event: CashEvent) -> Iterator[Mismatch]:
    """Report what a cash event tells that is not so, of the month of a lease above all."""
    subject = f"cash event {event.sequence}"
    if event.lease_month is not None:
        subject += f" {_lease(event.social_account_id)} month {event.lease_month}"
    yield from mismatches(tenant_id, event.organization_id, subject, event.differences)


def check_lease(tenant_id: int, lease: Lease) -> Iterator[Mismatch]:
    """Compare a lease with its months, its social account and its pool account."""
    subject = _lease(lease.id)
    # The first month is charged with the assignment, so there is always one.
    months = 1 if lease.newest_month is None else lease.newest_month + 1
    if lease.months != months:
        yield Mismatch(
            Rule.LEASE_MONTHS, tenant_id, lease.organization_id, subject, months, lease.months
        )
    yield from mismatches(tenant_id, lease.organization_id, subject, lease.differences)
    # A test environment's accounts are in no pool.
    if (
        lease.pool_account_id is not None
        and lease.status == "assigned"
        and lease.held_by != lease.id
    ):
        yield Mismatch(
            Rule.LEASE_ACCOUNT,
            tenant_id,
            lease.organization_id,
            f"{subject} {format_id('pool', lease.pool_account_id)}",
            format_id("sa", lease.id),
            format_id("sa", lease.held_by) if lease.held_by else _NO_ROW,
        )


def check_lease_charge(tenant_id: int, charge: LeaseCharge) -> Iterator[Mismatch]:
    """Report what of a month differs from its lease and from its cash events."""
    yield from mismatches(
        tenant_id,
        charge.organization_id,
        f"{_lease(charge.social_account_id)} month {charge.lease_month}",
        charge.differences,
    )


def check_former_price(tenant_id: int, price: FormerPrice) -> Iterator[Mismatch]:
    """Report a price that holds too long."""
    yield Mismatch(
        Rule.LEASE_PRICE,
        tenant_id,
        price.organization_id,
        f"{_lease(price.social_account_id)} month {price.until_month - 1}, which has not begun,",
        price.monthly_price_cents,
        price.price_cents,
    )


def check_totals(
    tenant_id: int, partner_id: UUID, totals: LeaseTotals | None
) -> Iterator[Mismatch]:
    """Report what of the totals of a partner's leases is not what they come to."""
    if totals is not None:
        yield from mismatches(tenant_id, partner_id, "lease totals", totals.differences)


def check_unleased_account(tenant_id: int, account: SocialAccount) -> Iterator[Mismatch]:
    """Report that an account is leased in no lease; one that only says where its page ends is right."""
    if account.is_wrong:
        yield Mismatch(
            Rule.LEASE_SOCIAL_ACCOUNT,
            tenant_id,
            account.organization_id,
            f"social account {format_id('sa', account.id)}",
            _lease(account.id),
            _NO_ROW,
        )


def check_request(tenant_id: int, request: Request) -> Iterator[Mismatch]:
    """Compare a request with its project and with the leases that it names."""
    yield from mismatches(
        tenant_id,
        request.organization_id,
        f"request {format_id('lreq', request.id)}",
        request.differences,
    )


def check_held_account(account: HeldLease) -> Iterator[Mismatch]:
    """Compare a pool account that is leased with the lease it names."""
    if account.lease_status == "assigned" and account.pool_account_id == account.id:
        return
    found = account.lease_status or _NO_ROW
    if found == "assigned":
        held = account.pool_account_id
        found += f" {_NO_ROW if held is None else format_id('pool', held)}"
    yield Mismatch(
        Rule.ACCOUNT_LEASE,
        account.tenant_id,
        account.organization_id,
        f"{format_id('pool', account.id)} {_lease(account.lease_id)}",
        "assigned",
        found,
    )


def _lease(social_account_id: UUID | None) -> str:
    return f"lease {format_id('sa', social_account_id)}" if social_account_id else "no lease"
