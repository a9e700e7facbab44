"""SQL that finds things of all tenants by what an operator has of them: an id, a key, a name, a handle, an e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

Kind = Literal[
    "organization",
    "project",
    "api_key",
    "social_account",
    "pool_account",
    "lease_request",
    "job",
    "container",
    "transfer",
    "event",
    "webhook_endpoint",
    "webhook_delivery",
    "operator",
]


class Hit(Struct, frozen=True):
    """A thing that was found."""

    kind: Kind
    id: UUID
    name: str | None
    """What it is called, or what it is about."""
    organization_id: UUID | None
    """Whose it is."""
    organization_name: str | None
    part_of: UUID | None
    """Of a child its partner, of a container its job, of a delivery its endpoint."""


_BY_INDEX = """
SELECT 'organization' AS kind, o.id, o.name, o.id AS organization_id, o.name AS organization_name,
       o.parent_id AS part_of
  FROM organizations o JOIN tenants t ON t.id = o.tenant_id
 WHERE 'organization' = ANY ($2::text[]) AND o.id = $1 AND t.env = 'live'
UNION ALL
SELECT 'project', p.id, p.name, o.id, o.name, NULL
  FROM projects p JOIN tenants t ON t.id = p.tenant_id
  JOIN organizations o ON o.tenant_id = p.tenant_id AND o.id = p.organization_id
 WHERE 'project' = ANY ($2) AND p.id = $1 AND t.env = 'live'
UNION ALL
SELECT 'api_key', k.id, k.name, o.id, o.name, NULL
  FROM api_keys k JOIN organizations o ON o.tenant_id = k.tenant_id AND o.id = k.organization_id
 WHERE 'api_key' = ANY ($2) AND k.id = $1
UNION ALL
SELECT 'social_account', s.id, s.handle, o.id, o.name, NULL
  FROM social_accounts s JOIN tenants t ON t.id = s.tenant_id
  JOIN projects p ON p.tenant_id = s.tenant_id AND p.id = s.project_id
  JOIN organizations o ON o.tenant_id = s.tenant_id AND o.id = p.organization_id
 WHERE 'social_account' = ANY ($2) AND s.id = $1 AND t.env = 'live'
UNION ALL
SELECT 'pool_account', a.id, a.handle, NULL, NULL, NULL
  FROM pool_accounts a WHERE 'pool_account' = ANY ($2) AND a.id = $1
UNION ALL
SELECT 'lease_request', r.id, r.vertical, o.id, o.name, NULL
  FROM lease_requests r JOIN tenants t ON t.id = r.tenant_id
  JOIN organizations o ON o.tenant_id = r.tenant_id AND o.id = r.organization_id
 WHERE 'lease_request' = ANY ($2) AND r.id = $1 AND t.env = 'live'
UNION ALL
SELECT 'job', j.id, j.format, o.id, o.name, NULL
  FROM jobs j JOIN projects p ON p.tenant_id = j.tenant_id AND p.id = j.project_id
  JOIN organizations o ON o.tenant_id = j.tenant_id AND o.id = p.organization_id
 WHERE 'job' = ANY ($2) AND j.id = $1
UNION ALL
SELECT 'transfer', x.id, x.description, o.id, o.name, NULL
  FROM credit_transfers x JOIN tenants t ON t.id = x.tenant_id
  JOIN organizations o ON o.tenant_id = x.tenant_id AND o.id = x.to_organization_id
 WHERE 'transfer' = ANY ($2) AND x.id = $1 AND t.env = 'live'
UNION ALL
SELECT 'webhook_endpoint', e.id, e.url, o.id, o.name, NULL
  FROM webhook_endpoints e
  JOIN organizations o ON o.tenant_id = e.tenant_id AND o.id = e.organization_id
 WHERE 'webhook_endpoint' = ANY ($2) AND e.id = $1 AND e.deleted_at IS NULL
UNION ALL
SELECT 'operator', n.id, n.name, NULL, NULL, NULL
  FROM operators n WHERE 'operator' = ANY ($2) AND n.id = $1
"""
# These have no index by id alone: the primary key of each tenant is asked.
_OF_EACH_TENANT = """
SELECT 'container', c.id, c.format, o.id, o.name, c.job_id
  FROM tenants t JOIN containers c ON c.tenant_id = t.id AND c.id = $1
  JOIN projects p ON p.tenant_id = c.tenant_id AND p.id = c.project_id
  JOIN organizations o ON o.tenant_id = c.tenant_id AND o.id = p.organization_id
 WHERE 'container' = ANY ($2)
UNION ALL
SELECT 'event', v.id, v.event_type, o.id, o.name, NULL
  FROM tenants t JOIN outbox v ON v.tenant_id = t.id AND v.id = $1
  JOIN organizations o ON o.tenant_id = v.tenant_id AND o.id = v.organization_id
 WHERE 'event' = ANY ($2)
UNION ALL
SELECT 'webhook_delivery', d.id, d.event_type, o.id, o.name, d.endpoint_id
  FROM tenants t JOIN webhook_deliveries d ON d.tenant_id = t.id AND d.id = $1
  JOIN organizations o ON o.tenant_id = d.tenant_id AND o.id = d.organization_id
 WHERE 'webhook_delivery' = ANY ($2)"""


async def find_by_id(connection: Connection, wanted: UUID, kinds: Sequence[Kind]) -> list[Hit]:
    """Return what has this id, of these kinds. Crosses tenants.

    Of both environments where the operator has a page for both, else of the live one.
    """
    # One round trip for all kinds; what is not wanted is not looked for.
    rows = await connection.fetch(
        f"{_BY_INDEX} UNION ALL {_OF_EACH_TENANT}",
        wanted,
        list(kinds),
    )
    return read_rows(Hit, rows)


async def find_by_text(connection: Connection, text: str, limit: int) -> list[Hit]:
    """Return at most so many of each kind whose name, e-mail or handle begins with a text. Crosses tenants."""
    # Each part is a run of one index, in its order, whatever the planner takes a table for: only what is found in it is
    # joined to the rest. What begins with the text comes before the text with the last of all characters behind it.
    # More is looked at than is shown, because some of it is of test environments.
    rows = await connection.fetch(
        """
        SELECT * FROM (
        (SELECT 'organization' AS kind, o.id, o.name, o.id AS organization_id, o.name AS organization_name,
                o.parent_id AS part_of
           FROM (SELECT tenant_id, id, parent_id, name FROM organizations
                  WHERE lower(name) ~>=~ lower($1) AND lower(name) ~<~ (lower($1) || U&'\\+10FFFF')
                  ORDER BY lower(name) USING ~<~, id LIMIT 4 * $2::integer) o
           JOIN tenants t ON t.id = o.tenant_id AND t.env = 'live'
          ORDER BY lower(o.name) USING ~<~, o.id LIMIT $2)
        UNION ALL
        (SELECT 'organization', o.id, o.billing_email, o.id, o.name, o.parent_id
           FROM (SELECT tenant_id, id, parent_id, name, billing_email FROM organizations
                  WHERE billing_email IS NOT NULL AND lower(billing_email) ~>=~ lower($1)
                    AND lower(billing_email) ~<~ (lower($1) || U&'\\+10FFFF')
                  ORDER BY lower(billing_email) USING ~<~, id LIMIT 4 * $2) o
           JOIN tenants t ON t.id = o.tenant_id AND t.env = 'live'
          ORDER BY lower(o.billing_email) USING ~<~, o.id LIMIT $2)
        UNION ALL
        (SELECT 'pool_account', a.id, a.handle, NULL, NULL, NULL
           FROM pool_accounts a
          WHERE lower(a.handle) ~>=~ lower($1) AND lower(a.handle) ~<~ (lower($1) || U&'\\+10FFFF')
          ORDER BY lower(a.handle) USING ~<~, a.id LIMIT $2)
        UNION ALL
        (SELECT 'social_account', s.id, s.handle, o.id, o.name, NULL
           FROM (SELECT tenant_id, id, project_id, handle FROM social_accounts
                  WHERE lower(handle) ~>=~ lower($1) AND lower(handle) ~<~ (lower($1) || U&'\\+10FFFF')
                  ORDER BY lower(handle) USING ~<~, id LIMIT 4 * $2) s
           JOIN tenants t ON t.id = s.tenant_id AND t.env = 'live'
           JOIN projects p ON p.tenant_id = s.tenant_id AND p.id = s.project_id
           JOIN organizations o ON o.tenant_id = s.tenant_id AND o.id = p.organization_id
          ORDER BY lower(s.handle) USING ~<~, s.id LIMIT $2)) found
        """,
        text,
        limit,
    )
    return read_rows(Hit, rows)


async def find_api_key(connection: Connection, tenant_id: int, keyid: str) -> list[Hit]:
    """Return the API key with this public part, which names its tenant."""
    rows = await connection.fetch(
        """
        SELECT 'api_key' AS kind, k.id, k.name, o.id AS organization_id, o.name AS organization_name,
               NULL::uuid AS part_of
          FROM api_keys k JOIN organizations o ON o.tenant_id = k.tenant_id AND o.id = k.organization_id
         WHERE k.tenant_id = $1 AND k.keyid = $2
        """,
        tenant_id,
        keyid,
    )
    return read_rows(Hit, rows)


async def find_operator(connection: Connection, keyid: str) -> list[Hit]:
    """Return the operator whose token has this public part."""
    rows = await connection.fetch(
        """
        SELECT 'operator' AS kind, id, name, NULL::uuid AS organization_id, NULL::text AS organization_name,
               NULL::uuid AS part_of
          FROM operators WHERE keyid = $1
        """,
        keyid,
    )
    return read_rows(Hit, rows)
