"""The routes of wallets: read them, fund children, set caps and refills."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from partner_api.credits import event_store, store
from partner_api.credits.access import require_wallet
from partner_api.credits.event_schemas import CreditEvent, CreditEventsQuery, credit_event_of
from partner_api.credits.schemas import (
    ALLOCATION_SHOWN,
    CHILD_CREDITS_SHOWN,
    CREDITS_EXAMPLE,
    CREDITS_SHOWN,
    Allocation,
    CreditConfigAnswer,
    CreditConfigPatch,
    Credits,
    NewAllocation,
    allocation_of,
    credit_config_of,
    credits_of,
)
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument
from partner_api.edge.identity.acting import check_status
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import ANY_KEY, requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import OrganizationId
from partner_api.edge.wire.ledger_chain import LedgerHead, ledger_head_of
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.ids import format_id, new_uuid7

if TYPE_CHECKING:
    from uuid import UUID

routes = Routes("Credits")


@routes.read(
    "/v1/credits",
    sdk="credits.retrieve",
    shown=CREDITS_SHOWN,
    access=ANY_KEY,
    allowed_through_status="active",
    examples=[CREDITS_EXAMPLE],
    wallet=True,
)
async def read_own_credits(request: ApiRequest) -> Credits:
    """Read your wallet.

    Decide whether new work may start on `available`: it is what remains of `balance` when the
    credits reserved for work in flight are taken off.
    """
    return await _read(request, request.caller.organization_id, None)


@routes.read(
    "/v1/organizations/{orgId}/credits",
    sdk="organizations.credits.retrieve",
    shown=CHILD_CREDITS_SHOWN,
    access=requires("org:admin"),
    errors=["NOT_FOUND", "KILL_SWITCH"],
    allowed_through_status="active",
    examples=[CREDITS_EXAMPLE],
    wallet=True,
)
async def read_child_credits(request: ApiRequest, org_id: OrganizationId) -> Credits:
    """Read a child's wallet.

    How much funding a customer of yours has left: both the gross balance and what it can spend now. Call it with your
    own key, the parent's, with `org:admin`. The shape is that of your own wallet (`GET /v1/credits`), with the same
    balances and the same estimates, but of the child that the path names. An organization that is not a direct child of
    yours is 404, whether it exists or not; a child that is suspended or archived is 503.
    """
    return await _read(request, org_id, request.caller.organization_id)


@routes.read(
    "/v1/credits/events",
    sdk="credits.events.list",
    access=ANY_KEY,
    allowed_through_status="archived",
    wallet=True,
)
async def list_own_events(request: ApiRequest, query: CreditEventsQuery) -> Page[CreditEvent]:
    """List your ledger.

    Every movement of credits, in the order in which it committed, newest first. The events of a
    wallet sum to its balance.
    """
    return await _list_events(request, query, request.caller.organization_id, None)


@routes.read(
    "/v1/organizations/{orgId}/credits/events",
    sdk="organizations.credits.events.list",
    access=requires("org:admin"),
    errors=["NOT_FOUND"],
    allowed_through_status="archived",
    wallet=True,
)
async def list_child_events(
    request: ApiRequest, org_id: OrganizationId, query: CreditEventsQuery
) -> Page[CreditEvent]:
    """List a child's ledger.

    It stays readable when the child is suspended or archived.
    """
    return await _list_events(request, query, org_id, request.caller.organization_id)


@routes.read(
    "/v1/credits/events/verify",
    sdk="credits.events.verify",
    access=ANY_KEY,
    allowed_through_status="archived",
    wallet=True,
)
async def verify_own_events(request: ApiRequest) -> LedgerHead:
    """Verify your ledger.

    Its newest hash and how many events lead up to it. Every event has a `hash` of its content and of
    the hash before it: with these two numbers and the events you can check that none was changed,
    inserted or left out. Keep what you have checked, and the next check goes on from there.
    """
    return await _read_head(request, request.caller.organization_id, None)


@routes.read(
    "/v1/organizations/{orgId}/credits/events/verify",
    sdk="organizations.credits.events.verify",
    access=requires("org:admin"),
    errors=["NOT_FOUND"],
    allowed_through_status="archived",
    wallet=True,
)
async def verify_child_events(request: ApiRequest, org_id: OrganizationId) -> LedgerHead:
    """Verify a child's ledger.

    The same of a child, also when it is suspended or archived.
    """
    return await _read_head(request, org_id, request.caller.organization_id)


_allocated_before = partial(allocation_of, replayed=True)


@routes.write(
    "POST",
    "/v1/organizations/{orgId}/credits/allocate",
    sdk="organizations.credits.allocate",
    shown=ALLOCATION_SHOWN,
    access=requires("org:admin"),
    runs=Runs.MONEY,
    status=201,
    errors=["NOT_FOUND", "KILL_SWITCH", "BILLING_EXHAUSTED"],
    idempotency_required=True,
    replays=_allocated_before,
)
async def allocate_credits(
    request: ApiRequest, org_id: OrganizationId, body: NewAllocation
) -> Reply[Allocation]:
    """Allocate credits to a child.

    Moves prepaid credits from your wallet to the child's, at most what is both prepaid and
    available. A repetition with the same `Idempotency-Key` answers the first transfer, however
    much later: a key moves credits once.
    """
    item = store.CreditAllocation(
        new_uuid7(request.now),
        request.caller.organization_id,
        org_id,
        body.credits,
        body.description,
        body.metadata,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(request, store.allocate, item, allocation_of, repeated=_allocated_before)


@routes.read(
    "/v1/organizations/{orgId}/credit-config",
    sdk="organizations.credit_config.retrieve",
    access=requires("org:admin"),
    errors=["NOT_FOUND", "KILL_SWITCH"],
    wallet=True,
)
async def read_credit_config(request: ApiRequest, org_id: OrganizationId) -> CreditConfigAnswer:
    """Read a child's credit configuration.

    Its spending cap and automatic refill.
    """
    wallet = await require_wallet(request, org_id, parent_id=request.caller.organization_id)
    check_status(wallet.status, allowed_through_status="suspended")
    return CreditConfigAnswer(
        organization_id=format_id("org", org_id),
        config=credit_config_of(wallet),
        balance=wallet.balance,
        available=wallet.available,
    )


@routes.write(
    "PATCH",
    "/v1/organizations/{orgId}/credit-config",
    sdk="organizations.credit_config.update",
    shown=Shown(
        request={"monthlyCreditCap": 5000, "refillThreshold": 200, "refillAmount": 1000},
    ),
    access=requires("org:admin"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "KILL_SWITCH"],
    allowed_through_status="suspended",
)
async def change_credit_config(
    request: ApiRequest, org_id: OrganizationId, body: CreditConfigPatch
) -> Reply[CreditConfigAnswer]:
    """Change a child's credit configuration.

    A number sets, null clears, what is left out stays. `refillThreshold` and `refillAmount` have to
    be both set or both null afterwards; set, they switch automatic refill on.
    """
    patch = {
        name: value
        for name in CreditConfigPatch.__struct_fields__
        if (value := getattr(body, name)) is not UNSET
    }
    item = store.CreditConfiguration(
        org_id,
        request.caller.organization_id,
        patch,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(
        request,
        store.configure,
        item,
        lambda facts: CreditConfigAnswer(
            organization_id=format_id("org", org_id),
            config=credit_config_of(msgspec.convert(facts["config"], store.CreditConfig)),
            balance=facts["balance"],
            available=facts["available"],
        ),
    )


async def _read(request: ApiRequest, organization_id: UUID, parent_id: UUID | None) -> Credits:
    wallet = await require_wallet(request, organization_id, parent_id=parent_id)
    check_status(wallet.status, allowed_through_status="active")
    return credits_of(wallet)


async def _list_events(
    request: ApiRequest, query: CreditEventsQuery, organization_id: UUID, parent_id: UUID | None
) -> Page[CreditEvent]:
    # Reading the wallet is what checks whose it is, and writes the rollovers that are due.
    await require_wallet(request, organization_id, parent_id=parent_id)
    async with request.connection() as connection:
        events = await event_store.list_events(
            connection,
            request.caller.tenant_id,
            organization_id,
            event_store.EventFilter(query.project_id, query.event_type, query.since, query.until),
            before=read_cursor(request, int),
            limit=query.limit + 1,
        )
    return page(request, query, events, item=credit_event_of, position=lambda event: event.sequence)


async def _read_head(
    request: ApiRequest, organization_id: UUID, parent_id: UUID | None
) -> LedgerHead:
    # As with the list: it checks whose it is, and writes the rollovers that are due.
    await require_wallet(request, organization_id, parent_id=parent_id)
    async with request.connection() as connection:
        position = await event_store.read_ledger_position(
            connection, request.caller.tenant_id, organization_id
        )
    return ledger_head_of(organization_id, position)
