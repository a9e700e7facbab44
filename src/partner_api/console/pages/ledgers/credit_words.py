"""Why a row of the ledger of credits is there, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.components.sentence import Named, Words, listed
from partner_api.console.components.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partner_api.ops.credits.event_schemas import OpsCreditEvent


def credit_words(event: OpsCreditEvent) -> Words:
    """Return why a row is there, for every type of row and every rule that makes one."""
    by_rule = _BY_RULE.get((event.event_type, event.rule))
    return by_rule(event) if by_rule is not None else _BY_TYPE[event.event_type](event)


def who_of(event: OpsCreditEvent) -> Words:
    """Return who made a row: an operator, a key, or the system."""
    if event.operator_id is not None:
        return ("Operator ", Named(event.operator_name or event.operator_id))
    if event.api_key_id is not None:
        return ("Key ", Named(event.api_key_name or event.api_key_id))
    return ("The system",)


def row_address(organization_id: str, sequence: int, env: str) -> str:
    """Return the address of the page of a row."""
    own = f"/console/organizations/{organization_id}/credits/{sequence}"
    return own if env == "live" else f"{own}?env={env}"


def _credits(count: int) -> str:
    return counted(abs(count), "credit")


def _job(event: OpsCreditEvent) -> Named:
    job_id = event.workflow_id or ""
    return Named(job_id, f"/console/jobs/{job_id}", is_id=True)


def _counterpart(event: OpsCreditEvent) -> Named:
    found = event.counterpart
    if found is None:
        # Its row is on another page of the books only if these are broken.
        return Named(event.metadata.get("counterpartyOrgId", "another wallet"))
    return Named(found.organization_name, f"/console/organizations/{found.organization_id}")


def _usage(event: OpsCreditEvent) -> Words:
    kind = (event.format or "content").replace("_", " ")
    reserved = event.job.reserved_credits if event.job is not None else 0
    charged = _credits(event.credits)
    if reserved > abs(event.credits):
        charged = f"{abs(event.credits):,} of the {_credits(reserved)} that it had reserved"
    elif reserved:
        charged += ", all that it had reserved"
    parts = [
        f"{abs(part):,} {source}"
        for part, source in (
            (event.included_credits, "from the allotment"),
            (event.prepaid_credits, "from prepaid"),
        )
        if part
    ]
    return (
        f"A {kind} was completed, and its job ",
        _job(event),
        f" was charged {charged}: {listed(parts)}.",
    )


def _refund(event: OpsCreditEvent) -> Words:
    charged = event.job.charged_credits if event.job is not None else 0
    of = f" of the {_credits(charged)} that it was charged" if charged else ""
    return ("The job ", _job(event), f" was given back {event.credits:,}{of}, as prepaid credits.")


def _grant(event: OpsCreditEvent) -> Words:
    return (f"{_credits(event.credits)} {_were(event)} granted, as prepaid credits.",)


def _allotment(event: OpsCreditEvent) -> Words:
    why = (
        "A new period began"
        if event.operator_id is None
        else "The subscription's start was moved, which began a new period"
    )
    return (f"{why}: the subscription's allotment of {_credits(event.credits)} was granted.",)


def _raised(event: OpsCreditEvent) -> Words:
    return (
        f"The subscription's allotment grew within the period: the {_credits(event.credits)} that the "
        f"period had not had yet {_were(event)} granted at once.",
    )


def _fictitious(event: OpsCreditEvent) -> Words:
    return (f"The test environment began with {_credits(event.credits)}, which are fictitious.",)


def _purchase(event: OpsCreditEvent) -> Words:
    return (f"{_credits(event.credits)} {_were(event)} bought, as prepaid credits.",)


def _adjustment(event: OpsCreditEvent) -> Words:
    way = "up" if event.credits > 0 else "down"
    return (f"The prepaid balance was corrected {way}, by {_credits(event.credits)}.",)


def _lapse(event: OpsCreditEvent) -> Words:
    why = (
        "The period ended"
        if event.operator_id is None
        else "The subscription's start was moved, which ended the period"
    )
    return (
        f"{why}: {_credits(event.credits)} of its allotment {_were(event)} not used and lapsed.",
    )


def _archive_lapse(event: OpsCreditEvent) -> Words:
    return (
        f"The organization is archived: {_credits(event.credits)} of its allotment {_were(event)} "
        "not used and lapsed.",
    )


def _allocation(event: OpsCreditEvent) -> Words:
    if event.credits < 0:
        return (f"{_credits(event.credits)} {_were(event)} moved to ", _counterpart(event), ".")
    return (f"{_credits(event.credits)} came from ", _counterpart(event), ".")


def _refill(event: OpsCreditEvent) -> Words:
    refilled = f"was refilled with {_credits(event.credits)}"
    if event.credits < 0:
        return (
            "A job of ",
            _counterpart(event),
            f" would have left it below its refill threshold, so it {refilled}.",
        )
    return (
        f"A job would have left the wallet below its refill threshold, so it {refilled} from ",
        _counterpart(event),
        ".",
    )


def _sweep(event: OpsCreditEvent) -> Words:
    moved = f"{_credits(event.credits)} that {_were(event)} prepaid and free"
    if event.credits < 0:
        return (f"The organization is archived: {moved} went back to ", _counterpart(event), ".")
    return (_counterpart(event), f" is archived: {moved} came back.")


def _were(event: OpsCreditEvent) -> str:
    return "was" if abs(event.credits) == 1 else "were"


_BY_TYPE: Final[Mapping[str, Callable[[OpsCreditEvent], Words]]] = {
    "usage": _usage,
    "refund": _refund,
    "grant": _grant,
    "purchase": _purchase,
    "adjustment": _adjustment,
    "allocation": _allocation,
}
_BY_RULE: Final[Mapping[tuple[str, str | None], Callable[[OpsCreditEvent], Words]]] = {
    ("grant", "period_allotment"): _allotment,
    ("grant", "subscription_raised"): _raised,
    ("grant", "fictitious"): _fictitious,
    ("adjustment", "period_lapse"): _lapse,
    ("adjustment", "archive_lapse"): _archive_lapse,
    ("allocation", "auto_refill"): _refill,
    ("allocation", "archive_sweep"): _sweep,
}
EXPLAINED: Final = frozenset(_BY_TYPE) | frozenset(rule for _, rule in _BY_RULE if rule)
"""Every type and every rule that has a sentence of its own."""
