"""The cash that leases are paid from: what is there, how far it reaches, and every movement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.cash import routes
from partner_api.cash.schemas import CashEvent
from partner_api.cash.store import CashEventType
from partner_api.console.components.filters import one_of
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import cents, facts, instant, other
from partner_api.console.declare import Pages, View
from partner_api.portal.words import cash_sentence

if TYPE_CHECKING:
    from partner_api.cash.schemas import CashWallet
    from partner_api.portal.visit import PortalVisit

pages = Pages()
PLACE: Final = "Payments"


@pages.page("/payments")
async def list_payments(visit: PortalVisit) -> View:
    """Show the cash wallet."""
    wallet = await visit.ask(routes.read_cash_wallet)
    return View(
        title="Payments",
        place=PLACE,
        body=[
            cover(wallet),
            h.h2["Movements"],
            await listing(
                visit,
                routes.list_cash_events,
                _COLUMNS,
                name="payments",
                filters=[one_of("eventType", "Kind", get_args(CashEventType))],
                empty="No movement has these. Clear the filter to see all.",
            ),
        ],
    )


def cover(wallet: CashWallet) -> h.Node:
    """Return what is paid in, what the coming renewals take of it, and what is missing."""
    coming = wallet.upcoming_renewals
    missing = coming.shortfall_cents
    return [
        facts(
            ("Paid in and not spent", cents(wallet.balance_cents)),
            (f"Renewals in {coming.days} days", f"{coming.count:,}"),
            ("They take", cents(coming.total_cents)),
            ("The next one", instant(coming.next_renewal_at)),
            (
                "Covered until" if missing else "Covered at least until",
                instant(coming.covered_until),
            ),
        ),
        h.div(".error", role="alert")[
            h.p["To cover them all, ", cents(missing), " has to be paid in."]
        ]
        if missing
        else None,
    ]


_COLUMNS: Final = [
    Column[CashEvent]("When", lambda e: instant(e.created_at), lambda e: e.created_at),
    Column[CashEvent](
        "What",
        lambda e: h.div(".sentence")[
            cash_sentence(e),
            h.div(".quiet")[other(e.description)] if e.description else None,
        ],
        cash_sentence,
    ),
    Column[CashEvent](
        "Amount",
        lambda e: cents(e.amount_cents, signed=True),
        lambda e: e.amount_cents,
        number=True,
    ),
    Column[CashEvent](
        "Balance",
        lambda e: cents(e.balance_after_cents),
        lambda e: e.balance_after_cents,
        number=True,
    ),
    Column[CashEvent](
        "Month begins",
        lambda e: instant(e.period_start),
        lambda e: e.period_start,
    ),
]
