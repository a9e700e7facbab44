"""Which requests are behind events: for traces, found in the audit log and kept nowhere else.

The commit that writes an event writes audit rows too, which name the request, at the same time. Of several, those are
meant that speak of what the event speaks of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.audit import store as audit
from partner_api.database.outages import FAILURES
from partner_api.ids import MalformedId, decode_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from partner_api.audit.store import RequestTrail
    from partner_api.database.connection import Connection
    from partner_api.webhooks.sending_store import ClaimedDelivery

# Of one event.
_MOST_REQUESTS: Final = 8


async def with_requests(
    connection: Connection, tenant_id: int, deliveries: Sequence[ClaimedDelivery]
) -> list[ClaimedDelivery]:
    """Return deliveries with the ids of the requests behind their events, as far as a request is.

    It is for traces alone: where they cannot be looked up, none are known.

    Args:
        connection: outside a transaction.
        tenant_id: whose.
        deliveries: of that tenant.
    """
    times = sorted({each.event_created_at for each in deliveries if each.replay_of is None})
    if not times:
        return list(deliveries)
    try:
        trails = await audit.trails_at(connection, tenant_id, times)
    except FAILURES:
        return list(deliveries)
    return [
        each
        if each.replay_of is not None
        else msgspec.structs.replace(each, request_ids=_choose(each, trails))
        for each in deliveries
    ]


def _choose(delivery: ClaimedDelivery, trails: Iterable[RequestTrail]) -> tuple[str, ...]:
    """Return the requests whose rows have the event's own id; or else share most ids with it."""
    together = [trail for trail in trails if trail.occurred_at == delivery.event_created_at]
    own = [trail for trail in together if trail.event_id == delivery.event_id]
    if not own:
        named = _ids_in(delivery.data)
        shared = [(len(named & _ids_in(trail.details)), trail) for trail in together]
        most = max((count for count, _ in shared), default=0)
        own = [trail for count, trail in shared if count == most and count > 0]
    if not own and len({trail.request_id for trail in together}) == 1:
        own = together
    return tuple(dict.fromkeys(trail.request_id for trail in own))[:_MOST_REQUESTS]


def _ids_in(values: Mapping[str, Any]) -> set[int]:
    """Return the ids among values, however each is written."""
    found = set()
    for value in values.values():
        if not isinstance(value, str):
            continue
        try:
            # What has no prefix is a bare one.
            found.add(decode_id(value.partition("_")[0], value))  # type: ignore[arg-type]
        except MalformedId:
            continue
    return found
