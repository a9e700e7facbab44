"""Moving credits and cash of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.console.components.money import confirm_above
from partner_api.console.declare import Done, Pages
from partner_api.console.pages.organizations.frame import address
from partner_api.console.pages.organizations.overview import show_organization
from partner_api.errors import Issue, invalid
from partner_api.ops.cash import routes as cash
from partner_api.ops.credits import routes as credits
from partner_api.ops.organizations import routes as organizations
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from partner_api.console.visit import Visit

pages = Pages()


@pages.action(
    "/organizations/{orgId}/cash/topup", shows=show_organization, does=(cash.top_up_cash,)
)
async def top_up(visit: Visit, org_id: str) -> Done:
    """Record money that a partner has paid in."""
    await record_payment(visit, org_id)
    return Done(address(org_id), "The payment is recorded.")


@pages.action(
    "/organizations/{orgId}/cash/adjustment", shows=show_organization, does=(cash.adjust_cash,)
)
async def adjust_cash(visit: Visit, org_id: str) -> Done:
    """Correct a partner's cash."""
    await _move_cash(visit, org_id, cash.adjust_cash, "The cash of {} is corrected.", least=None)
    return Done(address(org_id), "The cash is corrected.")


@pages.action(
    "/organizations/{orgId}/credits/grant", shows=show_organization, does=(credits.grant_credits,)
)
async def grant_credits(visit: Visit, org_id: str) -> Done:
    """Grant credits."""
    await _move_credits(visit, org_id, credits.grant_credits, "{} is granted credits.", least=1)
    return Done(address(org_id), "The credits are granted.")


@pages.action(
    "/organizations/{orgId}/credits/purchase",
    shows=show_organization,
    does=(credits.record_purchase,),
)
async def record_purchase(visit: Visit, org_id: str) -> Done:
    """Record credits that were bought."""
    await _move_credits(visit, org_id, credits.record_purchase, "{} has bought credits.", least=1)
    return Done(address(org_id), "The purchase is recorded.")


@pages.action(
    "/organizations/{orgId}/credits/adjustment",
    shows=show_organization,
    does=(credits.adjust_credits,),
)
async def adjust_credits(visit: Visit, org_id: str) -> Done:
    """Correct prepaid credits."""
    await _move_credits(
        visit, org_id, credits.adjust_credits, "The credits of {} are corrected.", least=None
    )
    return Done(address(org_id), "The credits are corrected.")


async def record_payment(visit: Visit, org_id: str) -> None:
    """Record the payment of a form, which is asked about once more above an amount.

    Raises:
        Confirmation: it is above that.
        ApiError: what the API refuses.
    """
    await _move_cash(
        visit, org_id, cash.top_up_cash, "{} is credited with what it has paid in.", least=1
    )


async def _move_cash(
    visit: Visit,
    org_id: str,
    handler: Callable[..., Awaitable[Any]],
    sentence: str,
    *,
    least: int | None,
) -> None:
    amount = _amount(visit, "amountCents", least)
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    before = found.cash_balance_cents or 0
    confirm_above(
        visit,
        amount,
        "cents",
        sentence.format(visible(found.name)),
        [("Cash", before, before + amount)],
    )
    await visit.do(
        handler,
        {
            "amountCents": amount,
            "description": visit.field("description"),
            "reference": visit.optional("reference"),
        },
        org_id=org_id,
    )


async def _move_credits(
    visit: Visit,
    org_id: str,
    handler: Callable[..., Awaitable[Any]],
    sentence: str,
    *,
    least: int | None,
) -> None:
    amount = _amount(visit, "credits", least)
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    wallet = found.credits
    confirm_above(
        visit,
        amount,
        "credits",
        sentence.format(visible(found.name)),
        [
            ("Prepaid", wallet.prepaid_balance, wallet.prepaid_balance + amount),
            ("Gross wallet", wallet.balance, wallet.balance + amount),
            ("Available", wallet.available, wallet.available + amount),
        ],
    )
    await visit.do(
        handler,
        {"credits": amount, "description": visit.optional("description")},
        org_id=org_id,
    )


def _amount(visit: Visit, name: str, least: int | None) -> int:
    amount = visit.amount(name)
    if least is not None and amount < least:
        raise invalid([Issue(name, f"Expected an amount of {least} or more")])
    return amount
