"""The routes of the partner's cash wallet, which pays for renewals."""

from __future__ import annotations

from datetime import timedelta

from partner_api.cash import event_store, store
from partner_api.cash.access import require_cash
from partner_api.cash.schemas import (
    OUTLOOK_DAYS,
    CashEvent,
    CashEventsQuery,
    CashWallet,
    UpcomingRenewals,
    cash_event_of,
    cash_wallet_of,
)
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.ledger_chain import LedgerHead, ledger_head_of
from partner_api.edge.wire.pagination import Page, page, read_cursor

routes = Routes("Cash")

_EXAMPLE = CashWallet(
    organization_id="org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
    balance_cents=45_000,
    upcoming_renewals=UpcomingRenewals(
        count=2,
        total_cents=30_000,
        next_renewal_at="2026-05-20T16:12:02Z",
        covered_until="2026-06-01T00:00:00Z",
        shortfall_cents=0,
    ),
)


@routes.read(
    "/v1/wallet",
    sdk="wallet.retrieve",
    access=requires("leased:write"),
    errors=["NOT_FOUND"],
    examples=[_EXAMPLE],
)
async def read_cash_wallet(request: ApiRequest) -> CashWallet:
    """Read your cash wallet.

    The balance from which your leases and those of your children are paid, and how far it reaches.
    Only a partner has one: a child's key gets 404.
    """
    async with request.connection() as connection:
        outlook = await store.read_outlook(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            request.now,
            request.now + timedelta(days=OUTLOOK_DAYS),
        )
    return cash_wallet_of(request.caller.organization_id, require_cash(outlook))


@routes.read(
    "/v1/wallet/events",
    sdk="wallet.events.list",
    access=requires("leased:write"),
    errors=["NOT_FOUND"],
)
async def list_cash_events(request: ApiRequest, query: CashEventsQuery) -> Page[CashEvent]:
    """List your cash ledger.

    Every movement of cash, newest first. They sum to the balance.
    """
    async with request.connection() as connection:
        tenant_id, organization_id = request.caller.tenant_id, request.caller.organization_id
        events = await event_store.list_events(
            connection,
            tenant_id,
            organization_id,
            event_store.CashFilter(query.event_type),
            before=read_cursor(request, int),
            limit=query.limit + 1,
        )
        if not events:
            require_cash(await store.read_ledger_position(connection, tenant_id, organization_id))
    return page(
        request,
        query,
        events,
        item=cash_event_of,
        position=lambda event: event.sequence,
    )


@routes.read(
    "/v1/wallet/events/verify",
    sdk="wallet.events.verify",
    access=requires("leased:write"),
    errors=["NOT_FOUND"],
)
async def verify_cash_events(request: ApiRequest) -> LedgerHead:
    """Verify your cash ledger.

    Its newest hash and how many events lead up to it, as of the ledger of credits.
    """
    async with request.connection() as connection:
        position = await store.read_ledger_position(
            connection, request.caller.tenant_id, request.caller.organization_id
        )
    return ledger_head_of(request.caller.organization_id, require_cash(position))
