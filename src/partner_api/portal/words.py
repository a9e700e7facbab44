"""What happened to an organization's money, in sentences for the people whose money it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.cash.schemas import CashEvent
    from partner_api.credits.event_schemas import CreditEvent

_RULES: Final = {
    "period_lapse": "What was left of the subscription's credits when the period ended. They do not carry over.",
    "period_allotment": "The subscription's credits for the new period.",
    "subscription_raised": "The subscription was raised: the difference for this period.",
}
_CONTENT: Final = {
    "slideshow_builder": "a slideshow",
    "slideshow_remix": "a remix of a slideshow",
    "video_remix": "a remix of a video",
    "ugc_remix": "a remix in the manner of viewers",
    "auto": "content of whichever format fits",
}
ENDS: Final = {
    "released_by_partner": "given back",
    "recalled_by_operator": "taken back by the operator",
    "payment_failed": "not paid for seven days",
    "organization_archived": "the organization was archived",
}


def content(format: str | None) -> str:
    """Return what a job makes, in words."""
    return _CONTENT.get(format or "", "content")


def credit_sentence(event: CreditEvent, children: Mapping[str, str], *, is_childs: bool) -> str:
    """Return what a row of the ledger is.

    Args:
        event: the row.
        children: the names of the organization's children by their ids; of one that is not there, the id is shown.
        is_childs: whether it is in the wallet of a child, which has to do with its partner alone.
    """
    rule = event.metadata.get("reason", "")
    if rule in _RULES:
        return _RULES[rule]
    if event.event_type == "allocation":
        return _allocation(event, rule, children, is_childs=is_childs)
    return {
        "usage": f"Charged for {content(event.format)}, when its job had finished.",
        "refund": "Given back, of what a job was charged.",
        "grant": "Granted by the operator.",
        "purchase": "Bought.",
        "adjustment": "Corrected by the operator.",
    }[event.event_type]


def _allocation(
    event: CreditEvent, rule: str, children: Mapping[str, str], *, is_childs: bool
) -> str:
    child_id = event.metadata.get("counterpartyOrgId", "another organization")
    other = (
        "the organization that this one belongs to"
        if is_childs
        else visible(children.get(child_id, child_id))
    )
    if rule == "auto_refill":
        return (
            f"Refilled from {other}, because a job would have left less than the threshold."
            if is_childs
            else f"Refilled the wallet of {other}, as its settings ask for."
        )
    if rule == "archive_sweep":
        return f"Came back from {other}, which was archived."
    return f"Received from {other}." if event.credits > 0 else f"Moved to {other}."


def cash_sentence(event: CashEvent) -> str:
    """Return what a row of the cash ledger is."""
    months = f"month {event.lease_month + 1}" if event.lease_month is not None else "a month"
    return {
        "topup": "Paid in.",
        "lease_charge": "The first month of a leased account.",
        "lease_renewal": f"A leased account renewed: its {months}.",
        "adjustment": "Corrected by the operator.",
        "refund": f"Given back, of what {months} of a leased account was charged.",
    }[event.event_type]
