"""The credit wallet and the cash wallet of an organization, in the words of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h

from partner_api.console.components.table import Column, table
from partner_api.console.components.text import NONE, badge, cents, credits, day, facts, section
from partner_api.console.pages.organizations.frame import ledger_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.console.pages.organizations.frame import Env
    from partner_api.credits.schemas import CreditConfig
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail
    from partner_api.ops.renewals.schemas import PartnerRenewals

    Forecast = Sequence[tuple[int, PartnerRenewals]]


def credit_wallet(found: OpsOrganizationDetail, env: Env, forms: h.Node) -> h.Node:
    """Return a credit wallet, with the forms that move it."""
    wallet = found.credits
    rows: list[tuple[str, h.Node]] = [
        ("Available", h.strong[credits(wallet.available)]),
        ("Gross wallet", credits(wallet.balance)),
        ("Reserved for work in flight", credits(wallet.reserved_credits)),
        ("Prepaid", credits(wallet.prepaid_balance)),
        (
            "Included, left of this period",
            [credits(wallet.included_remaining), " of ", credits(wallet.included_this_period)],
        ),
        ("Used this period", credits(wallet.used_this_period)),
        (
            "Period",
            [day(wallet.current_period.start), " to ", day(wallet.current_period.end)],
        ),
        (
            "Subscription",
            [wallet.subscription_tier, " ", badge(wallet.billing_status)]
            if wallet.subscription_tier != "free"
            else "none (free)",
        ),
    ]
    if found.credit_config is not None:
        rows += _config(found.credit_config)
    return section(
        "Credits",
        facts(*rows),
        forms,
        h.p[
            h.a(href=ledger_address(found.id, "credits", env))[
                "The whole ledger, refunds from its rows"
            ]
        ],
        id="credits",
    )


def _config(config: CreditConfig) -> list[tuple[str, h.Node]]:
    cap, threshold, amount = (
        config.monthly_credit_cap,
        config.refill_threshold,
        config.refill_amount,
    )
    refill: h.Node = "off"
    if threshold is not None and amount is not None:
        refill = [credits(amount), " when less than ", credits(threshold), " would be left"]
    return [
        ("Cap a month, set by its partner", "none" if cap is None else credits(cap)),
        ("Refill from its partner", refill),
    ]


def cash_wallet(
    found: OpsOrganizationDetail, env: Env, forecast: Forecast, forms: h.Node
) -> h.Node:
    """Return a cash wallet with how far it covers the renewals; nothing for a child, whose partner pays."""
    if found.cash_balance_cents is None:
        return None
    covered = forecast[-1][1].covered_until if forecast else None
    lacking = next((one for _, one in forecast if one.shortfall_cents), None)
    return section(
        "Cash",
        facts(
            ("Balance", h.strong[cents(found.cash_balance_cents)]),
            (
                "Renewals are covered until",
                day(covered) if lacking else "90 days from now" if forecast else NONE,
            ),
        ),
        table(
            _FORECAST,
            forecast,
            empty="No renewal falls due in the next 90 days.",
            caption="Coming renewals",
        ),
        forms,
        h.p[
            h.a(href=ledger_address(found.id, "cash", env))[
                "The whole ledger, refunds from its rows"
            ]
        ],
        id="cash",
    )


_FORECAST = [
    Column["tuple[int, PartnerRenewals]"](
        "Within", lambda one: f"{one[0]}\N{NO-BREAK SPACE}days", lambda one: one[0]
    ),
    Column["tuple[int, PartnerRenewals]"](
        "Months", lambda one: f"{one[1].count:,}", lambda one: one[1].count, number=True
    ),
    Column["tuple[int, PartnerRenewals]"](
        "Cost", lambda one: cents(one[1].total_cents), lambda one: one[1].total_cents, number=True
    ),
    Column["tuple[int, PartnerRenewals]"](
        "Past due",
        lambda one: cents(one[1].past_due_cents),
        lambda one: one[1].past_due_cents,
        number=True,
    ),
    Column["tuple[int, PartnerRenewals]"](
        "To be paid in",
        lambda one: (
            h.strong(".short")[cents(one[1].shortfall_cents)]
            if one[1].shortfall_cents
            else cents(0)
        ),
        lambda one: one[1].shortfall_cents,
        number=True,
    ),
]
