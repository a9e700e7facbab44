"""The routes of a wallet and its ledger as operators see them: what "why was I charged?" is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.credits import operator_event_store
from partner_api.credits.access import require_wallet
from partner_api.credits.event_store import EventFilter
from partner_api.credits.schemas import Credits, credits_of
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import LedgerSequence, OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import not_found
from partner_api.operators.store import read_names
from partner_api.ops.access import require_organization
from partner_api.ops.credits.event_schemas import (
    CreditReservation,
    EnvQuery,
    OpsCreditEvent,
    OpsCreditEventDetail,
    OpsCreditEventsQuery,
    ReservationsQuery,
    credit_reservation_of,
    ops_credit_event_detail_of,
    ops_credit_event_of,
)

if TYPE_CHECKING:
    from partner_api.credits.operator_event_store import EventWithOrigin

routes = Routes("Operator: credits")


@routes.read(
    "/ops/v1/organizations/{orgId}/credits",
    sdk="organizations.credits.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_organization_credits(
    request: ApiRequest, org_id: OrganizationId, query: EnvQuery
) -> Credits:
    """Read an organization's wallet.

    As its partner sees it, in either environment, also while it is suspended or archived.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
    return credits_of(await require_wallet(request, org_id, tenant_id=organization.tenant_id))


@routes.read(
    "/ops/v1/organizations/{orgId}/credits/reservations",
    sdk="organizations.credits.reservations.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_organization_reservations(
    request: ApiRequest, org_id: OrganizationId, query: ReservationsQuery
) -> Page[CreditReservation]:
    """List an organization's open reservations.

    Which running jobs hold which credits of its wallet, the oldest first. They sum to its
    `reservedCredits`.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        reservations = await operator_event_store.list_open_reservations(
            connection,
            organization.tenant_id,
            org_id,
            after=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        reservations,
        item=credit_reservation_of,
        position=lambda reservation: reservation.job_id,
    )


@routes.read(
    "/ops/v1/organizations/{orgId}/credits/events",
    sdk="organizations.credits.events.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_organization_credit_events(
    request: ApiRequest, org_id: OrganizationId, query: OpsCreditEventsQuery
) -> Page[OpsCreditEvent]:
    """List an organization's ledger.

    What its partner sees of it, newest first, with what each movement came from and who made it. In
    the test environment a partner has the same id, a child another one.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
    # As for its partner: reading the wallet writes the rollovers that are due.
    await request.services.wallets.read(organization.tenant_id, org_id)
    async with request.connection() as connection:
        events = await operator_event_store.list_events_with_origin(
            connection,
            organization.tenant_id,
            org_id,
            EventFilter(query.project_id, query.event_type, query.since, query.until),
            job_ids=query.job_id,
            direction=query.direction,
            before=read_cursor(request, int),
            limit=query.limit + 1,
        )
        operators = await read_names(connection, _operators_of(events))
    return page(
        request,
        query,
        events,
        item=lambda event: ops_credit_event_of(event, operators, query.env),
        position=lambda event: event.sequence,
    )


@routes.read(
    "/ops/v1/organizations/{orgId}/credits/events/{sequence}",
    sdk="organizations.credits.events.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_organization_credit_event(
    request: ApiRequest, org_id: OrganizationId, sequence: LedgerSequence, query: EnvQuery
) -> OpsCreditEventDetail:
    """Read one movement of credits.

    With what belongs with it, such as the charge and the refunds of a job.
    """
    async with request.connection() as connection:
        organization = await require_organization(connection, org_id, query.env)
        event = await operator_event_store.find_event_with_origin(
            connection, organization.tenant_id, org_id, sequence
        )
        if event is None:
            raise not_found()
        related = await operator_event_store.list_related_events(
            connection, organization.tenant_id, event
        )
        operators = await read_names(connection, _operators_of([event, *related]))
    return ops_credit_event_detail_of(event, related, operators, query.env)


def _operators_of(events: list[EventWithOrigin]) -> set[UUID]:
    return {event.operator_id for event in events if event.operator_id is not None}
