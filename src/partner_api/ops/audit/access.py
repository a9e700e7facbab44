"""Where in the audit log to look for what an operator asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from partner_api.ids import decode_id
from partner_api.reconciliation import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.ops.audit.schemas import OpsAuditQuery

# What a request does is written while it runs, and the clocks of servers differ by less.
_BEFORE_REQUEST: Final = timedelta(minutes=1)
_AFTER_REQUEST: Final = timedelta(minutes=15)
_BELOW_TIME_BITS: Final = 80


async def list_tenants_of(connection: Connection, organization_id: UUID | None) -> Sequence[int]:
    """Return the tenants of an organization in both environments; none for None, and if there is no such one."""
    if organization_id is None:
        return []
    return await store.tenants_of(connection, organization_id)


def time_of_request(
    request: ApiRequest, query: OpsAuditQuery
) -> tuple[datetime | None, datetime | None]:
    """Return from when until when to look: around the time that the id of a request says, if one is asked for.

    So no index has to have the id of every request. A rehearsal moves the time of what is written,
    and not of ids, so there all is looked through.
    """
    if query.request_id is None or request.services.clock.offset_seconds:
        return query.since, query.until
    milliseconds = decode_id("req", query.request_id) >> _BELOW_TIME_BITS
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    since, until = at - _BEFORE_REQUEST, at + _AFTER_REQUEST
    return max(since, query.since or since), min(until, query.until or until)
