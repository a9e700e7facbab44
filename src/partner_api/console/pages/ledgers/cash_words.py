"""Why a row of the cash ledger is there, in a sentence."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from partner_api.console.components.sentence import Named, Words
from partner_api.console.components.text import counted, dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partner_api.ops.cash.event_schemas import OpsCashEvent

_LATE_DAYS: Final = 1


def cash_words(event: OpsCashEvent) -> Words:
    """Return why a row is there, for every type of row."""
    return _BY_TYPE[event.event_type](event)


def who_of_cash(event: OpsCashEvent) -> Words:
    """Return who made a row: an operator, a partner's request, or the system, which renews leases."""
    if event.operator_id is not None:
        return ("Operator ", Named(event.operator_name or event.operator_id))
    return ("A partner's request",) if event.request_id is not None else ("The system",)


def cash_row_address(organization_id: str, sequence: int, env: str) -> str:
    """Return the address of the page of a row of a partner's cash ledger."""
    own = f"/console/organizations/{organization_id}/cash/{sequence}"
    return own if env == "live" else f"{own}?env={env}"


def month_words(lease_month: int, period_start: str | None, period_end: str | None) -> str:
    """Write a month of a lease, such as ``month 2 (2026-05-20 to 2026-06-20)``; the API counts them from 0."""
    return f"month {lease_month + 1:,} ({(period_start or '')[:10]} to {(period_end or '')[:10]})"


def _lease(event: OpsCashEvent) -> Named:
    handle = f"@{event.lease.handle}" if event.lease is not None else "an account"
    return Named(handle, f"/console/leases/{event.social_account_id}")


def _month(event: OpsCashEvent) -> str:
    return month_words(event.lease_month or 0, event.period_start, event.period_end)


def _topup(event: OpsCashEvent) -> Words:
    return (f"{dollars(event.amount_cents)} was paid in.",)


def _charge(event: OpsCashEvent) -> Words:
    return ("The account ", _lease(event), f" was leased: its {_month(event)} was charged.")


def _renewal(event: OpsCashEvent) -> Words:
    late = 0
    if event.period_start is not None:
        began = datetime.fromisoformat(event.period_start)
        late = (datetime.fromisoformat(event.created_at) - began).days
    paid = f", {counted(late, 'day')} after it began" if late >= _LATE_DAYS else ""
    return ("The lease of ", _lease(event), f" was renewed: its {_month(event)} was charged{paid}.")


def _refund(event: OpsCashEvent) -> Words:
    charged = event.lease.charged_cents if event.lease is not None else 0
    return (
        f"Of the {dollars(charged)} that {_month(event)} of ",
        _lease(event),
        f" was charged, {dollars(event.amount_cents)} was given back.",
    )


def _adjustment(event: OpsCashEvent) -> Words:
    way = "up" if event.amount_cents > 0 else "down"
    return (f"The balance was corrected {way}, by {dollars(abs(event.amount_cents))}.",)


_BY_TYPE: Final[Mapping[str, Callable[[OpsCashEvent], Words]]] = {
    "topup": _topup,
    "lease_charge": _charge,
    "lease_renewal": _renewal,
    "refund": _refund,
    "adjustment": _adjustment,
}
EXPLAINED_CASH: Final = frozenset(_BY_TYPE)
"""Every type that has a sentence."""
