"""SQL that reads lease requests for checking.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, difference_list, require
from partner_api.database.rows import read_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class Request(msgspec.Struct, frozen=True):
    """A lease request, and what of it is not as it should be."""

    id: UUID
    organization_id: UUID
    differences: Differences


# r the request, p its project, g the leases that it names.
_REQUEST = difference_list(
    compare(Rule.REQUEST, "organization_id", "p.organization_id", "r.organization_id"),
    compare(
        Rule.REQUEST, "assigned leases", "cardinality(r.assigned_social_account_ids)", "g.leases"
    ),
    require(
        Rule.REQUEST, "owner is not archived", "o.status <> 'archived'", "r.status = 'requested'"
    ),
)
_REQUESTS = f"""
SELECT r.id, r.organization_id, {_REQUEST} AS differences
  FROM (SELECT * FROM lease_requests WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) r
  LEFT JOIN LATERAL (
       SELECT organization_id FROM projects WHERE tenant_id = $1 AND id = r.project_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (
       SELECT status FROM organizations WHERE tenant_id = $1 AND id = p.organization_id LIMIT 1) o ON true
 CROSS JOIN LATERAL (
       SELECT count(DISTINCT l.social_account_id) AS leases
         FROM unnest(r.assigned_social_account_ids) AS i (id)
        CROSS JOIN LATERAL (
              SELECT social_account_id FROM leases
               WHERE tenant_id = $1 AND social_account_id = i.id AND project_id = r.project_id
                 AND assigned_at = r.answered_at LIMIT 1) l) g
 ORDER BY r.id
"""


async def list_requests(
    connection: Connection, tenant_id: int, after: UUID, limit: int
) -> list[Request]:
    """Return the next lease requests by id."""
    return read_rows(Request, await connection.fetch(_REQUESTS, tenant_id, after, limit))
