"""The first page: what is in the wallet, what holds some of it, and what is coming."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.cash import routes as cash
from partner_api.console.components.table import table
from partner_api.console.components.text import cents, credits, facts, instant, section
from partner_api.console.declare import Pages, View
from partner_api.credits import reservation_routes
from partner_api.credits import routes as wallets
from partner_api.jobs import routes as job_routes
from partner_api.leases import routes as leases
from partner_api.portal.names import child_names, project_names
from partner_api.portal.pages import jobs, ledger
from partner_api.portal.pages.leases import past_due_notice
from partner_api.portal.pages.payments import cover
from partner_api.portal.session import PREFIX

if TYPE_CHECKING:
    from partner_api.credits.schemas import Credits
    from partner_api.portal.visit import PortalVisit

pages = Pages()
PLACE: Final = "Overview"
_SHOWN: Final = 5
_MOST_LEASES: Final = 1_000


@pages.page("")
async def show_overview(visit: PortalVisit) -> View:
    """Show the wallet, what is reserved of it, the coming renewals, and what happened last."""
    names, children, wallet, reserved, latest = await asyncio.gather(
        project_names(visit),
        child_names(visit),
        visit.ask(wallets.read_own_credits),
        visit.ask(reservation_routes.list_reservations, query={"limit": _SHOWN}),
        visit.ask(wallets.list_own_events, query={"limit": _SHOWN}),
    )
    return View(
        title="Overview",
        place=PLACE,
        body=[
            await past_due_notice(visit) if visit.may(leases.list_all_leased_accounts) else None,
            section("Credits", _wallet(wallet)),
            section(
                "Reserved now",
                table(
                    jobs.reservation_columns(visit, names),
                    reserved.items,
                    href=(lambda one: f"{jobs.LIST}/{one.job_id}")
                    if visit.may(job_routes.read_job)
                    else None,
                    empty=jobs.NOTHING,
                    caption="The jobs that hold credits",
                ),
                h.p[h.a(href=jobs.LIST)["All that is reserved"]] if reserved.next_cursor else None,
            ),
            await _renewals(visit),
            section(
                "Latest movements",
                table(
                    ledger.movement_columns(visit, names, children),
                    latest.items,
                    empty="No credits have moved yet.",
                    caption="The newest rows of the ledger",
                ),
                h.p[h.a(href=f"{PREFIX}/ledger")["The whole ledger"]],
            ),
        ],
    )


def _wallet(wallet: Credits) -> h.Node:
    period = wallet.current_period
    return [
        facts(
            ("Balance", h.strong[credits(wallet.balance)]),
            ("Reserved by jobs", credits(wallet.reserved_credits)),
            ("Available for new work", h.strong[credits(wallet.available)]),
        ),
        facts(
            ("Of the subscription", credits(wallet.included_remaining)),
            ("Prepaid", credits(wallet.prepaid_balance)),
            ("Used in this period", credits(wallet.used_this_period)),
            ("The period ends", instant(period.end)),
        ),
    ]


async def _renewals(visit: PortalVisit) -> h.Node:
    if not visit.may(leases.list_all_leased_accounts):
        return None
    if not visit.is_childs:
        wallet = await visit.ask(cash.read_cash_wallet)
        link = h.p[h.a(href=f"{PREFIX}/payments")["All payments"]]
        return section("Coming renewals", cover(wallet), link)
    page = await visit.ask(leases.list_all_leased_accounts, query={"limit": _MOST_LEASES})
    if not page.items:
        return section("Coming renewals", h.p(".empty")["No account is leased."])
    dates = [one.next_renewal_at for one in page.items if one.next_renewal_at is not None]
    more = "more than " if page.next_cursor else ""
    return section(
        "Coming renewals",
        facts(
            ("Leased accounts", f"{more}{len(page.items):,}"),
            (
                "A month of them costs",
                [more, cents(sum(o.monthly_price_cents for o in page.items))],
            ),
            ("The next renewal", instant(min(dates, default=None))),
        ),
        h.p(".quiet")["The organization that this one belongs to pays for them."],
    )
