"""The routes of a partner's cash wallet and its ledger as operators see them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.cash import operator_event_store, store
from partner_api.cash.access import require_cash
from partner_api.cash.event_store import CashFilter
from partner_api.cash.schemas import OUTLOOK_DAYS, CashWallet, cash_wallet_of
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import LedgerSequence, OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import not_found
from partner_api.operators.store import read_names
from partner_api.ops.access import require_organization
from partner_api.ops.cash.event_schemas import (
    CashEnvQuery,
    OpsCashEvent,
    OpsCashEventDetail,
    OpsCashEventsQuery,
    ops_cash_event_detail_of,
    ops_cash_event_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from partner_api.cash.operator_event_store import CashEventWithOrigin

routes = Routes("Operator: cash")
_MOST_MONTHS = 100


@routes.read(
    "/ops/v1/organizations/{orgId}/cash",
    sdk="organizations.cash.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_partner_cash(
    request: ApiRequest, org_id: OrganizationId, query: CashEnvQuery
) -> CashWallet:
    """Read a partner's cash wallet.

    As the partner sees it, with how far it reaches, in either environment. A child has none: 404.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        outlook = await store.read_outlook(
            connection,
            organization.tenant_id,
            org_id,
            request.now,
            request.now + timedelta(days=OUTLOOK_DAYS),
        )
    return cash_wallet_of(org_id, require_cash(outlook))


@routes.read(
    "/ops/v1/organizations/{orgId}/cash/events",
    sdk="organizations.cash.events.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_partner_cash_events(
    request: ApiRequest, org_id: OrganizationId, query: OpsCashEventsQuery
) -> Page[OpsCashEvent]:
    """List a partner's cash ledger.

    What the partner sees of it, newest first, with what each movement came from, who made it, and
    the `reference` of a payment. A child has no cash wallet: 404.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        events = await operator_event_store.list_events_with_origin(
            connection,
            organization.tenant_id,
            org_id,
            CashFilter(
                query.event_type,
                query.since,
                query.until,
                query.direction,
                query.social_account_id,
            ),
            before=read_cursor(request, int),
            limit=query.limit + 1,
        )
        if not events:
            require_cash(
                await store.read_ledger_position(connection, organization.tenant_id, org_id)
            )
        operators = await read_names(connection, _operators_of(events))
    return page(
        request,
        query,
        events,
        item=lambda event: ops_cash_event_of(event, operators),
        position=lambda event: event.sequence,
    )


@routes.read(
    "/ops/v1/organizations/{orgId}/cash/events/{sequence}",
    sdk="organizations.cash.events.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_partner_cash_event(
    request: ApiRequest, org_id: OrganizationId, sequence: LedgerSequence, query: CashEnvQuery
) -> OpsCashEventDetail:
    """Read one movement of cash.

    With what belongs with it: the months of its lease, how each was settled, and their refunds.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        tenant_id = organization.tenant_id
        event = await operator_event_store.find_event_with_origin(
            connection, tenant_id, org_id, sequence
        )
        if event is None:
            raise not_found()
        related = await operator_event_store.list_related_events(connection, tenant_id, event)
        account_id = event.social_account_id
        months, lease_request_id = [], None
        if account_id is not None:
            months = await operator_event_store.list_lease_months(
                connection, tenant_id, account_id, _MOST_MONTHS
            )
            lease_request_id = await operator_event_store.find_lease_request(
                connection, tenant_id, account_id
            )
        operators = await read_names(connection, _operators_of([event, *related]))
    return ops_cash_event_detail_of(event, related, months, lease_request_id, operators)


def _operators_of(events: Iterable[CashEventWithOrigin]) -> set[UUID]:
    return {event.operator_id for event in events if event.operator_id is not None}
