"""Leasing pool accounts to a project as it is done for partners: by a lease request and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from partner_api.lease_requests import store as requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Actor, Outcome
    from partner_api.database.connection import Connection


class LeaseAssignment(NamedTuple):
    """Pool accounts to lease to a project, with one new social account id for each."""

    project_id: UUID
    pool_account_ids: Sequence[UUID]
    social_account_ids: Sequence[UUID]
    monthly_price_cents: int | None
    caller: Actor


async def assign(
    connection: Connection, tenant_id: int, now: datetime, item: LeaseAssignment
) -> Outcome:
    """Request so many accounts and fulfil that with these; a request that is refused is rejected.

    Facts: those of a lease request, of which ``answered_at`` is when they were assigned.
    """
    request_id = uuid4()
    await requests.insert_request(
        connection,
        tenant_id,
        now,
        request_id=request_id,
        organization_id=await connection.fetchval(
            "SELECT organization_id FROM projects WHERE tenant_id = $1 AND id = $2",
            tenant_id,
            item.project_id,
        ),
        project_id=item.project_id,
        partner_request_id=None,
        count=len(item.pool_account_ids),
        vertical="food_and_drink",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    (outcome,) = await requests.fulfil(
        connection,
        tenant_id,
        now,
        [
            requests.FulfilItem(
                request_id,
                item.pool_account_ids,
                item.social_account_ids,
                item.monthly_price_cents,
                None,
                item.caller,
                None,
            )
        ],
    )
    if outcome.status == "refused":
        rejection = requests.RejectItem(request_id, "Refused.", item.caller, None)
        await requests.reject(connection, tenant_id, now, [rejection])
    return outcome
