"""Drawing requests that were answered before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from partner_api.simulation.operations import Item

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.simulation.chances import Chances
    from partner_api.simulation.operations import Operation

# A record lives for 24 hours, by clocks that may be seconds apart.
_REPEATABLE = timedelta(hours=23)
# What keeps its key for ever.
_KEPT = {
    "allocation",
    "grant",
    "purchase",
    "adjustment",
    "refund",
    "cash topup",
    "cash adjustment",
    "cash refund",
}


def repeat(chances: Chances, now: datetime) -> Operation | None:
    """Send a request again that was answered before, as it was or with another body."""
    candidates = [
        (earlier, facts)
        for earlier, facts in chances.world.answered
        if earlier.kind in _KEPT or now - earlier.now < _REPEATABLE
    ]
    if not candidates:
        return None
    # By kind first: what stays repeatable would crowd out the others.
    kind = chances.choose(sorted({earlier.kind for earlier, _ in candidates}))
    earlier, facts = chances.choose([one for one in candidates if one[0].kind == kind])
    argument = earlier.items[0].argument
    changes: dict[str, Any] = {}
    if "caller" in argument._fields:
        changes["caller"] = argument.caller._replace(request_id=chances.ids.request(now))
    conflicts = chances.happens(0.2)
    if conflicts:
        changes["idempotency"] = argument.idempotency._replace(
            fingerprint=chances.random.randbytes(16)
        )
    if earlier.kind == "allocation":
        changes["transfer_id"] = chances.ids.uuid7(now)
    item = Item(
        argument._replace(**changes), repeats=None if conflicts else facts, conflicts=conflicts
    )
    return replace(earlier, kind="repeated request", now=now, items=[item], kill_point=None)
