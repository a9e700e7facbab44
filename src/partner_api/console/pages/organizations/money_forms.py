"""The forms that move credits and cash of an organization, each behind its title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.form import Field, folded, form
from partner_api.console.components.money import before_and_after
from partner_api.console.pages.organizations.frame import address
from partner_api.ops.cash import routes as cash
from partner_api.ops.credits import routes as credits

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.organizations.schemas import OpsOrganizationDetail

_SEEN: Final = "The partner sees it."
_DESCRIPTION: Final = Field(
    "description", "Description", required=True, hint=_SEEN, attributes={"maxlength": "500"}
)
_REFERENCE: Final = Field(
    "reference",
    "Reference",
    hint="Of the payment, such as an invoice. The partner does not see it.",
    attributes={"maxlength": "255"},
)
PAYMENT_FIELDS: Final = [
    Field("amountCents", "Amount in cents", "cents", required=True),
    _DESCRIPTION,
    _REFERENCE,
]


def cash_forms(visit: Visit, found: OpsOrganizationDetail) -> h.Node:
    """Return the forms for a partner's cash wallet; nothing for a child, which has none."""
    balance = found.cash_balance_cents
    if balance is None:
        return None
    above = before_and_after(balance, "cents", "amountCents")
    return [
        folded(
            visit,
            "topup",
            "Record a payment",
            form(
                visit,
                "topup",
                address(found.id, "cash/topup"),
                PAYMENT_FIELDS,
                submit="Record the payment",
                above=above,
                does=cash.top_up_cash,
            ),
        ),
        folded(
            visit,
            "cash-adjustment",
            "Correct the cash",
            form(
                visit,
                "cash-adjustment",
                address(found.id, "cash/adjustment"),
                [
                    Field(
                        "amountCents",
                        "Correction in cents",
                        "cents",
                        required=True,
                        hint="Negative takes money, never below zero.",
                    ),
                    _DESCRIPTION,
                    _REFERENCE,
                ],
                submit="Correct the cash",
                above=above,
                does=cash.adjust_cash,
            ),
        ),
    ]


def credit_forms(visit: Visit, found: OpsOrganizationDetail) -> h.Node:
    """Return the forms for a credit wallet."""
    above = before_and_after(found.credits.balance, "credits", "credits")
    optional = Field("description", "Description", hint=_SEEN, attributes={"maxlength": "500"})
    amount = Field("credits", "Credits", "number", required=True)
    correction = Field(
        "credits",
        "Correction in credits",
        "number",
        required=True,
        hint="Negative takes prepaid credits that no work in flight may need.",
    )
    return [
        folded(
            visit,
            name,
            title,
            form(
                visit,
                name,
                address(found.id, f"credits/{part}"),
                fields,
                submit=title,
                above=above,
                does=does,
            ),
        )
        for name, part, title, fields, does in (
            ("grant", "grant", "Grant credits", [amount, optional], credits.grant_credits),
            (
                "purchase",
                "purchase",
                "Record a purchase of credits",
                [amount, optional],
                credits.record_purchase,
            ),
            (
                "credit-adjustment",
                "adjustment",
                "Correct the credits",
                [correction, _DESCRIPTION],
                credits.adjust_credits,
            ),
        )
    ]
