"""Leased accounts: what is paid, when each renews, and what to do about those that are past due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.clock import format_seconds
from partner_api.console.components.form import Field
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, cents, day, instant, other
from partner_api.console.declare import Pages, View
from partner_api.leases import routes
from partner_api.leases.schemas import LeasedAccount
from partner_api.portal.names import project_name, project_names
from partner_api.portal.words import ENDS

if TYPE_CHECKING:
    from partner_api.portal.visit import PortalVisit

pages = Pages()
PLACE: Final = "Leases"
# As many as a page of the past due ones is asked for, to say how many there are.
MOST_PAST_DUE: Final = 100
_DAYS_LEFT: Final = timedelta(days=7)
_FILTERS: Final = [
    Field(
        "status",
        "Leases",
        "select",
        options=[("", "current"), ("disconnected", "ended")],
    ),
    Field(
        "billingStatus",
        "Paid",
        "select",
        options=[("", "all"), ("current", "paid"), ("past_due", "past due")],
    ),
]


@pages.page("/leases")
async def list_leases(visit: PortalVisit) -> View:
    """Show the leased accounts."""
    names = await project_names(visit)
    return View(
        title="Leases",
        place=PLACE,
        body=[
            await past_due_notice(visit),
            h.p(".quiet")[
                "Each account is leased by the month, from the day on which it was assigned. "
                "A month is charged when it begins."
            ],
            await listing(
                visit,
                routes.list_all_leased_accounts,
                _columns(names),
                name="leases",
                query={"limit": 50},
                filters=_FILTERS,
                empty="No account is leased that has these."
                if visit.is_childs
                else "No account of your own is leased that has these. "
                "Those of your children are on their pages, and Payments has what they cost.",
            ),
        ],
    )


async def past_due_notice(visit: PortalVisit) -> h.Node:
    """Return what to do when accounts are past due; nothing when none is."""
    page = await visit.ask(
        routes.list_all_leased_accounts,
        query={"billingStatus": "past_due", "limit": MOST_PAST_DUE},
    )
    if not page.items:
        return None
    many = f"More than {MOST_PAST_DUE}" if page.next_cursor else str(len(page.items))
    noun = "account is" if many == "1" else "accounts are"
    first = min(lost_at(one) or "" for one in page.items)
    what = (
        "Ask the organization that this one belongs to: it pays for these leases."
        if visit.is_childs
        else "Pay in what is missing, as Payments shows it: the months are then charged at once."
    )
    return h.div(".error", role="alert")[
        h.p[
            f"{many} leased {noun} past due. {what} What is not paid within seven days is lost; the first one on ",
            instant(first),
            " UTC.",
        ]
    ]


def lost_at(lease: LeasedAccount) -> str | None:
    """Return when a lease ends if it is not paid; None for one that is paid."""
    if lease.past_due_since is None:
        return None
    return format_seconds(datetime.fromisoformat(lease.past_due_since) + _DAYS_LEFT)


def _columns(names: dict[str, str]) -> list[Column[LeasedAccount]]:
    return [
        Column[LeasedAccount]("Account", lambda one: other(one.handle), lambda one: one.handle),
        Column[LeasedAccount]("Paid", _paid, lambda one: one.billing_status),
        Column[LeasedAccount](
            "Next renewal",
            lambda one: instant(one.next_renewal_at),
            lambda one: one.next_renewal_at,
        ),
        Column[LeasedAccount](
            "A month",
            lambda one: cents(one.monthly_price_cents),
            lambda one: one.monthly_price_cents,
            number=True,
        ),
        Column[LeasedAccount](
            "Followers",
            lambda one: f"{one.followers:,}",
            lambda one: one.followers,
            number=True,
        ),
        Column[LeasedAccount](
            "Project",
            lambda one: project_name(names, one.project_id),
            lambda one: names.get(one.project_id, one.project_id),
        ),
        Column[LeasedAccount](
            "Since", lambda one: day(one.assigned_at), lambda one: one.assigned_at
        ),
    ]


def _paid(lease: LeasedAccount) -> h.Node:
    if lease.status == "disconnected":
        reason = ENDS.get(str(lease.disconnected_reason), "ended")
        return h.div(".sentence")[
            badge("ended", "quiet"), f" {reason}, ", day(lease.disconnected_at or None)
        ]
    if lease.billing_status == "past_due":
        return [badge("past_due"), " lost on ", instant(lost_at(lease))]
    return [badge("paid", "good"), " until ", day(lease.next_renewal_at)]
