"""Which jobs hold what is reserved."""

from __future__ import annotations

from uuid import UUID

from partner_api.credits import reservation_store as store
from partner_api.credits.reservation_schemas import (
    Reservation,
    ReservationsQuery,
    reservation_of,
)
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import ANY_KEY
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page, read_cursor

routes = Routes("Credits")


@routes.read(
    "/v1/credits/reservations",
    sdk="credits.reservations.list",
    access=ANY_KEY,
    allowed_through_status="active",
    shown=Shown(see=["credits.retrieve", "jobs.retrieve"]),
)
async def list_reservations(request: ApiRequest, query: ReservationsQuery) -> Page[Reservation]:
    """List what is reserved in your wallet.

    The jobs that hold credits, newest first. Together they hold `reservedCredits` of your wallet: what is missing
    between `balance` and `available`.
    """
    async with request.connection() as connection:
        found = await store.list_reservations(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, found, item=reservation_of, position=lambda one: one.job_id)
