"""Reading wallets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Router

from partner_api.credits.schemas import CREDITS_EXAMPLE, Credits, credits_of
from partner_api.edge.acting import check_status
from partner_api.edge.fields import OrganizationId
from partner_api.edge.request import ApiRequest
from partner_api.edge.routing import read
from partner_api.edge.scopes import ANY_KEY, requires
from partner_api.errors import not_found

if TYPE_CHECKING:
    from uuid import UUID

_TAG = "Credits"


@read("/v1/credits", access=ANY_KEY, tag=_TAG, works_until="active", examples=[CREDITS_EXAMPLE])
async def read_own_credits(request: ApiRequest) -> Credits:
    """Your own wallet.

    Decide whether new work may start on `available`: it is what remains of `balance` when the
    credits reserved for work in flight are taken off.
    """
    return await _read(request, request.caller.organization_id, None)


@read(
    "/v1/organizations/{orgId}/credits",
    access=requires("org:admin"),
    tag=_TAG,
    errors=["NOT_FOUND", "KILL_SWITCH"],
    works_until="active",
    examples=[CREDITS_EXAMPLE],
)
async def read_child_credits(request: ApiRequest, org_id: OrganizationId) -> Credits:
    """A child organization's wallet, read with its parent's key.

    The same shape as your own wallet. An organization that is not a direct child of yours is 404,
    whether it exists or not; a child that is suspended or archived is 503.
    """
    return await _read(request, org_id, request.caller.organization_id)


async def _read(request: ApiRequest, organization_id: UUID, parent_id: UUID | None) -> Credits:
    wallet = await request.services.wallets.read(
        request.caller.tenant_id, organization_id, parent_id=parent_id
    )
    if wallet is None:
        raise not_found()
    check_status(wallet["status"], works_until="active")
    return credits_of(wallet)


router = Router("", route_handlers=[read_own_credits, read_child_credits])
