"""Lease requests of all partners, the accounts that fit them, and the operator's answers."""

from __future__ import annotations

from uuid import UUID

from partner_api.account_pool import candidate_store
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import LeaseRequestId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.ids import new_uuid7
from partner_api.lease_requests import operator_store, store
from partner_api.leases.access import charge_what_is_due
from partner_api.ops.lease_requests.access import require_request, require_tenant
from partner_api.ops.lease_requests.schemas import (
    Candidate,
    CandidatesQuery,
    Fulfilment,
    OpsLeaseRequest,
    QueuedLeaseRequest,
    QueueQuery,
    Rejection,
    answered_request_of,
    candidate_of,
    queued_request_of,
)

routes = Routes("Operator: lease requests")
_answered = shape_or_whole(answered_request_of, OpsLeaseRequest)


@routes.read("/ops/v1/lease-requests", sdk="lease_requests.list", access=requires_role("viewer"))
async def list_queue(request: ApiRequest, query: QueueQuery) -> Page[QueuedLeaseRequest]:
    """List lease requests.

    Those of all partners, oldest first: the unanswered ones, unless `status` names others.
    """
    async with request.connection() as connection:
        found = await operator_store.list_requests(
            connection,
            statuses=query.status,
            organization_id=query.organization_id,
            after=read_cursor(request, UUID) or query.after,
            limit=query.limit + 1,
        )
    return page(request, query, found, item=queued_request_of, position=lambda one: one.id)


@routes.read(
    "/ops/v1/lease-requests/{leaseRequestId}",
    sdk="lease_requests.retrieve",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def read_lease_request(
    request: ApiRequest, lease_request_id: LeaseRequestId
) -> QueuedLeaseRequest:
    """Read a lease request.

    By its `lreq_…` id: a partner's own name for it may be another partner's too.
    """
    async with request.connection() as connection:
        return queued_request_of(await require_request(connection, lease_request_id))


@routes.read(
    "/ops/v1/lease-requests/{leaseRequestId}/candidates",
    sdk="lease_requests.candidates.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_candidates(
    request: ApiRequest, lease_request_id: LeaseRequestId, query: CandidatesQuery
) -> Page[Candidate]:
    """List candidates for a lease request.

    All available accounts, those that fit the niche best first, each with its points. There are 50
    for the vertical (up to 40 for one that shares words with it), 25 for the language (20 for
    another form of it), 15 for the share of the countries that the audience has, and 10 for a
    million followers, fewer by their logarithm. What the niche does not ask for gives everyone its
    points. Of two with the same score, the one with more followers is first.
    """
    async with request.connection() as connection:
        asked = await require_request(connection, lease_request_id)
        candidates = await candidate_store.list_candidates(
            connection,
            vertical=asked.vertical,
            language=asked.language,
            geo=asked.geo,
            after=read_cursor(request, candidate_store.CandidatePosition),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        candidates,
        item=lambda candidate: candidate_of(candidate, asked),
        position=lambda candidate: candidate_store.CandidatePosition(
            candidate.score, candidate.followers, candidate.id
        ),
    )


@routes.write(
    "POST",
    "/ops/v1/lease-requests/{leaseRequestId}/fulfil",
    sdk="lease_requests.fulfil",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT", "BILLING_EXHAUSTED"],
    replays=_answered,
)
async def fulfil_lease_request(
    request: ApiRequest, lease_request_id: LeaseRequestId, body: Fulfilment
) -> Reply[OpsLeaseRequest]:
    """Fulfil a lease request.

    Assigns the accounts to the project and charges the first month of each to the partner's cash
    wallet, all or nothing: 402 when it does not cover them. As many as asked for make the request
    `assigned`, fewer `partial`; both are final. An account that is not available, a request that is
    answered, a project that is archived, or an organization that is not active, the partner
    included, is 409.
    """
    async with request.connection(writes=False) as connection:
        tenant_id = await require_tenant(request, connection, lease_request_id)
    # What is due is paid first.
    await charge_what_is_due(request.services.pool, tenant_id, request.now)
    item = store.FulfilItem(
        lease_request_id,
        body.pool_account_ids,
        # In the order of the accounts, which is then that of the partner's list.
        sorted(new_uuid7(request.now) for _ in body.pool_account_ids),
        body.monthly_price_cents,
        body.note,
        audit_argument(request),
        idempotency_argument(request),
    )
    return await money(request, store.fulfil, item, _answered, tenant=tenant_id)


@routes.write(
    "POST",
    "/ops/v1/lease-requests/{leaseRequestId}/reject",
    sdk="lease_requests.reject",
    access=requires_role("operator"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND", "CONFLICT"],
    replays=_answered,
)
async def reject_lease_request(
    request: ApiRequest, lease_request_id: LeaseRequestId, body: Rejection
) -> Reply[OpsLeaseRequest]:
    """Reject a lease request.

    This is final; the note is for the partner. A request that is answered already is 409.
    """
    item = store.RejectItem(
        lease_request_id, body.note, audit_argument(request), idempotency_argument(request)
    )
    return await money(
        request,
        store.reject,
        item,
        _answered,
        tenant=lambda connection: require_tenant(request, connection, lease_request_id),
    )
