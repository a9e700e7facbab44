"""What the forms of a lease do: another price, a recall."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from partner_api.console.components.text import dollars
from partner_api.console.declare import Confirmation, Done, Pages
from partner_api.console.pages.leases.cells import LIST
from partner_api.console.pages.leases.detail import (
    cash_of,
    last_paid_month,
    refundable_cents,
    show_lease,
)
from partner_api.console.visit import CONFIRMED
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ops.cash import routes as cash
from partner_api.ops.leases import routes as leases
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.leases.schemas import LeaseMonth, LeaseWithPayments

pages = Pages()
_NOT_GIVEN_BACK: Final = (
    "@{} was recalled, but nothing was given back: so much is not left of its month. Give back what is left on the "
    "month's row of the cash ledger."
)


@pages.action("/leases/{socialAccountId}/price", shows=show_lease, does=(leases.change_lease,))
async def change_price(visit: Visit, social_account_id: str) -> Done:
    """Change the price of a lease."""
    price = visit.amount("monthlyPriceCents")
    changed = await visit.do(
        leases.change_lease, {"monthlyPriceCents": price}, social_account_id=social_account_id
    )
    return Done(
        f"{LIST}/{social_account_id}",
        f"From its next renewal on it costs {dollars(changed.monthly_price_cents)} a month.",
    )


@pages.action("/leases/{socialAccountId}/recall", shows=show_lease, does=(leases.recall_lease,))
async def recall(visit: Visit, social_account_id: str) -> Done:
    """Recall a leased account, and give back what was said."""
    refund = visit.whole_number("refundCents") or 0
    lease = await visit.ask(leases.read_lease, social_account_id=social_account_id)
    month = await last_paid_month(visit, social_account_id)
    # Of what was recalled by this form before, the refund may still be missing.
    if lease.status == "assigned" and not 0 <= refund <= refundable_cents(month):
        text = f"Expected at most {dollars(refundable_cents(month))}"
        raise invalid([Issue("refundCents", text)])
    if not visit.field(CONFIRMED):
        raise Confirmation(
            f"The partner loses @{lease.handle} at once, and what is queued for it is canceled. Nothing more is "
            "charged, and the account can be leased to others.",
            _what_changes(visit, lease, await cash_of(visit, lease), refund),
        )
    await visit.do(
        leases.recall_lease,
        {"note": visit.optional("note")},
        step=1,
        social_account_id=social_account_id,
    )
    if refund and month is not None:
        try:
            await _refund(visit, lease, month, refund)
        except ApiError as error:
            if error.code not in ("CONFLICT", "VALIDATION"):
                raise
            raise ApiError("CONFLICT", _NOT_GIVEN_BACK.format(visible(lease.handle))) from error
    return Done(
        f"{LIST}/{social_account_id}",
        f"@{lease.handle} is back in the pool."
        + (f" {dollars(refund)} went back to the partner's cash wallet." if refund else ""),
    )


async def _refund(
    visit: Visit, lease: LeaseWithPayments, month: LeaseMonth, amount_cents: int
) -> None:
    await visit.do(
        cash.refund_cash,
        {
            "socialAccountId": lease.social_account_id,
            "leaseMonth": month.lease_month,
            "amountCents": amount_cents,
            "description": f"Recalled {lease.handle}",
        },
        step=2,
        org_id=lease.partner_id,
    )


def _what_changes(
    visit: Visit, lease: LeaseWithPayments, cash_cents: int, refund: int
) -> list[tuple[str, str, str]]:
    now = visit.request.now
    rows = [("Status", "assigned", "recalled")]
    if lease.paid_through is not None:
        until = datetime.fromisoformat(lease.paid_through)
        days = max(0, (until - now.astimezone(UTC)).days)
        rows.append(("Paid through", f"{until:%Y-%m-%d}", f"now: {days} paid days are lost"))
    rows.append(("Cash", dollars(cash_cents), dollars(cash_cents + refund)))
    return rows
