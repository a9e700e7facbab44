"""Leased accounts, as their project's owner sees them."""

from __future__ import annotations

from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.money import money
from partner_api.edge.idempotency.records import idempotency_argument, shape_or_whole
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ProjectId, SocialAccountId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import not_found
from partner_api.leases import store
from partner_api.leases.access import charge_callers_leases, require_leases
from partner_api.leases.schemas import (
    AllLeasedAccountsQuery,
    LeasedAccount,
    LeasedAccountsQuery,
    LeaseRelease,
    ReleasedAccount,
    leased_account_of,
    released_account_of,
)

routes = Routes("Leased accounts")
_PRICE_CENTS = 15_000
_released = shape_or_whole(released_account_of, ReleasedAccount)

_EXAMPLE = Page(
    [
        LeasedAccount(
            social_account_id=social_account_id,
            project_id="prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
            handle=handle,
            platform="tiktok",
            followers=followers,
            status="assigned",
            assigned_at="2026-04-20T16:12:02Z",
            next_renewal_at="2026-05-20T16:12:02Z",
            monthly_price_cents=_PRICE_CENTS,
            billing_status="current",
            past_due_since=None,
        )
        for social_account_id, handle, followers in (
            ("sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c06", "coffee.reviews.daily", 12_840),
            ("sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c07", "brew.at.home", 8_412),
        )
    ],
    None,
)


@routes.read(
    "/v1/projects/{projectId}/leased-accounts",
    sdk="leased_accounts.list",
    shown=Shown(
        notes=[
            "`monthlyPriceCents` is the amount debited from your cash wallet on `nextRenewalAt`. To stop the next "
            "renewal, release the account before that date: `DELETE /v1/leased-accounts/{socialAccountId}`.",
            "Leased accounts also appear in `GET /v1/projects/{projectId}/social-accounts`, with `leased: true`. That "
            "is the right method if you want the accounts that you can publish to, without caring about billing.",
            "Leases are provisioned by the operator: an account lands here when a request for it is fulfilled, in the "
            "same moment. There is no delay to wait for.",
        ],
        path={"projectId": "The project whose leased accounts you want."},
        when={"NOT_FOUND": "`projectId` is not in your organization."},
        see=[
            "social_accounts.list",
            "leased_accounts.requests.create",
            "leased_accounts.release",
            "wallet.retrieve",
        ],
        python='monthly_burn_cents = sum(a["monthlyPriceCents"] for a in result["items"])',
        typescript="const monthlyBurn = items.reduce((sum, a) => sum + a.monthlyPriceCents, 0);",
    ),
    access=requires("leased:write"),
    errors=["NOT_FOUND"],
    examples=[_EXAMPLE],
)
async def list_leased_accounts(
    request: ApiRequest, project_id: ProjectId, query: LeasedAccountsQuery
) -> Page[LeasedAccount]:
    """List leased accounts.

    The accounts that the operator has assigned to a project, with billing and renewal. This is the source of truth for
    what you are paying for and when the next monthly renewal hits. They come in the order of assignment; the sum of
    `monthlyPriceCents` over the assigned accounts is what a month costs. An account is in the list from the moment it
    is assigned.
    """
    async with request.connection() as connection:
        leases = await require_leases(request, connection, project_id, query)
    return page(
        request,
        query,
        leases,
        item=leased_account_of,
        position=lambda lease: store.LeasePosition(lease.assigned_at, lease.social_account_id),
    )


@routes.read(
    "/v1/leased-accounts",
    sdk="leased_accounts.list_all",
    access=requires("leased:write"),
    shown=Shown(see=["leased_accounts.list", "wallet.retrieve"]),
)
async def list_all_leased_accounts(
    request: ApiRequest, query: AllLeasedAccountsQuery
) -> Page[LeasedAccount]:
    """List the leased accounts of all projects.

    Those of your own projects, in the order of assignment, as `GET /v1/projects/{projectId}/leased-accounts` has them
    for one. With `billingStatus=past_due` these are the accounts that will be lost if their month is not paid.
    """
    async with request.connection() as connection:
        leases = await store.list_all_leases(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            statuses=query.status,
            billing_status=query.billing_status,
            now=request.now,
            after=read_cursor(request, store.LeasePosition),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        leases,
        item=leased_account_of,
        position=lambda lease: store.LeasePosition(lease.assigned_at, lease.social_account_id),
    )


@routes.write(
    "DELETE",
    "/v1/leased-accounts/{socialAccountId}",
    sdk="leased_accounts.release",
    access=requires("leased:write"),
    runs=Runs.MONEY,
    errors=["NOT_FOUND"],
    replays=_released,
)
async def release_account(
    request: ApiRequest, social_account_id: SocialAccountId, body: LeaseRelease
) -> Reply[ReleasedAccount]:
    """Release a leased account.

    The lease ends now and the account goes back to the operator. The month that is paid is not
    refunded, and months that have begun are charged first. An account that is not leased to you, or
    no longer, is 404.
    """
    await charge_callers_leases(request)
    item = store.DisconnectItem(
        social_account_id,
        request.caller.organization_id,
        "released_by_partner",
        body.reason,
        audit_argument(request),
        idempotency_argument(request),
    )
    # To a partner, a lease that is over is no lease.
    return await money(request, store.disconnect, item, _released, conflict=lambda _: not_found())
