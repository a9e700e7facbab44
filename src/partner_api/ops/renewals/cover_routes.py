"""How far partners' cash reaches, those first for whom it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from partner_api.cash.operator_store import read_outlooks
from partner_api.clock import format_seconds
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.errors import Issue, invalid
from partner_api.leases import operator_store
from partner_api.ops.renewals.cover_schemas import CoverQuery, RenewalsCover
from partner_api.ops.renewals.schemas import partner_renewals_of

if TYPE_CHECKING:
    from partner_api.cash.store import Outlook

routes = Routes("Operator: renewals")
_DEFAULT: Final = timedelta(days=30)
_MAX_DAYS: Final = 366
# Partners of one statement.
_AT_ONCE: Final = 1_000


@routes.read("/ops/v1/renewals/cover", sdk="renewals.cover", access=requires_role("viewer"))
async def read_cover(request: ApiRequest, query: CoverQuery) -> RenewalsCover:
    """Read how far partners' cash reaches.

    All partners with something to pay are added up, if nothing is paid in and no lease ends. Those
    whose cash does not reach come first: they are to be called.
    """
    until = query.until or request.now + _DEFAULT
    if until > request.now + timedelta(days=_MAX_DAYS):
        raise invalid([Issue("until", f"Expected a time at most {_MAX_DAYS} days ahead")])
    outlooks: list[tuple[operator_store.PartnerWithRenewals, Outlook]] = []
    async with request.connection() as connection:
        before = None
        while partners := await operator_store.list_partners_with_renewals(
            connection, until, organization_id=None, before=before, limit=_AT_ONCE
        ):
            wallets = [(one.tenant_id, one.organization_id) for one in partners]
            found = await read_outlooks(connection, wallets, request.now, until)
            outlooks += zip(partners, found, strict=True)
            if len(partners) < _AT_ONCE:
                break
            before = partners[-1].organization_id
    outlooks.sort(key=lambda one: _urgency(one[1]))
    return RenewalsCover(
        until=format_seconds(until),
        partners=len(outlooks),
        total_cents=sum(_owed(outlook) for _, outlook in outlooks),
        short_partners=sum(outlook.shortfall_cents > 0 for _, outlook in outlooks),
        shortfall_cents=sum(outlook.shortfall_cents for _, outlook in outlooks),
        items=[
            partner_renewals_of(partner, until, outlook)
            for partner, outlook in outlooks[: query.limit]
        ],
    )


def _owed(outlook: Outlook) -> int:
    return outlook.past_due_cents + outlook.total_cents


def _urgency(outlook: Outlook) -> tuple[bool, datetime, int]:
    left = outlook.balance_cents - _owed(outlook)
    return outlook.shortfall_cents == 0, outlook.covered_until, left
