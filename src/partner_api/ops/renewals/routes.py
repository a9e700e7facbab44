"""What renewals will cost partners, and what a sweep would do now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from partner_api.cash.store import read_outlook
from partner_api.database.skipped_rows import RestingRows, is_row_fault
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import Issue, invalid
from partner_api.leases import operator_store
from partner_api.ops.renewals.schemas import (
    DryRunQuery,
    PartnerDryRun,
    PartnerRenewals,
    RenewalsQuery,
    partner_dry_run_of,
    partner_renewals_of,
)

if TYPE_CHECKING:
    from partner_api.cash.store import Outlook
    from partner_api.database.connection import Connection
    from partner_api.leases.operator_store import PartnerWithRenewals, RehearsedLease

routes = Routes("Operator: renewals")
_DEFAULT_DAYS = 30
_MAX_DAYS = 366
# Of one partner, because its wallet is locked meanwhile.
_LEASES_PER_DRY_RUN = 5_000
# By tenant; each dry run tries them again.
_cannot_be_charged: RestingRows[int] = RestingRows("renewals_dry_run", longest_seconds=0.0)


@routes.read("/ops/v1/renewals", sdk="renewals.list", access=requires_role("viewer"))
async def list_renewals(request: ApiRequest, query: RenewalsQuery) -> Page[PartnerRenewals]:
    """List what renewals will cost.

    For each partner with something to pay until then: how many months, how much, and how far its
    cash wallet reaches if nothing is paid in and no lease ends. The newest partners come first.
    """
    until = query.until or request.now + timedelta(days=_DEFAULT_DAYS)
    _check_until(request.now, until)
    async with request.connection() as connection:
        partners = await operator_store.list_partners_with_renewals(
            connection,
            until,
            organization_id=query.organization_id,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
        outlooks = {
            partner.organization_id: await _outlook(connection, partner, request.now, until)
            for partner in partners[: query.limit]
        }
    return page(
        request,
        query,
        partners,
        item=lambda partner: partner_renewals_of(partner, until, outlooks[partner.organization_id]),
        position=lambda partner: partner.organization_id,
    )


@routes.read("/ops/v1/renewals/dry-run", sdk="renewals.dry_run", access=requires_role("finance"))
async def try_renewals(request: ApiRequest, query: DryRunQuery) -> Page[PartnerDryRun]:
    """Try sweeps of renewals.

    What a worker would do now with what is due, and with `until`, on each day until then: which
    leases would be paid, which would become past due, which would end. It is done and rolled back,
    so nothing changes. It stops after about 5,000 leases of a partner. A partner whose wallet a
    worker is charging at this moment is left out, and so is one whose wallet no worker can charge:
    the log says why.
    """
    until = query.until or request.now
    _check_until(request.now, until)
    async with request.connection() as connection:
        partners = await operator_store.list_partners_with_renewals(
            connection,
            max(until, request.now),
            organization_id=query.organization_id,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
        rehearsed = {
            partner.organization_id: await _rehearse(
                connection, partner.tenant_id, _days(request.now, until)
            )
            for partner in partners[: query.limit]
        }
    shown = page(
        request,
        query,
        partners,
        item=lambda partner: partner_dry_run_of(partner, rehearsed[partner.organization_id]),
        position=lambda partner: partner.organization_id,
    )
    return Page([item for item in shown.items if item.leases], shown.next_cursor)


async def _rehearse(
    connection: Connection, tenant_id: int, moments: list[datetime]
) -> list[RehearsedLease]:
    try:
        return await operator_store.rehearse_renewals(
            connection, tenant_id, moments, _LEASES_PER_DRY_RUN
        )
    except asyncpg.PostgresError as error:
        if not is_row_fault(error):
            raise
        _cannot_be_charged.skip(tenant_id, error, tenant_id=tenant_id)
        return []


def _check_until(now: datetime, until: datetime) -> None:
    if until > now + timedelta(days=_MAX_DAYS):
        raise invalid([Issue("until", f"Expected a time at most {_MAX_DAYS} days ahead")])


def _days(now: datetime, until: datetime) -> list[datetime]:
    """Return now, the same hour of every day until then, and the end."""
    days = [now]
    while (following := days[-1] + timedelta(days=1)) < until:
        days.append(following)
    return [*days, until] if until > now else days


async def _outlook(
    connection: Connection, partner: PartnerWithRenewals, now: datetime, until: datetime
) -> Outlook:
    outlook = await read_outlook(connection, partner.tenant_id, partner.organization_id, now, until)
    if outlook is None:
        raise RuntimeError("a cash wallet vanished")
    return outlook
