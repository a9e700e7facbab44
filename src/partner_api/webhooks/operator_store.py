"""SQL of webhook endpoints across tenants: the operator's view of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast
from uuid import UUID

from partner_api.database.rows import columns_of, read_row, read_rows
from partner_api.organizations.store import OrganizationStatus
from partner_api.webhooks.endpoint_store import Endpoint, EndpointStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

PausedReason = Literal["failures", "gone"]

# How many deliveries that wait are counted, beginning with those that are due first.
COUNTED = 1_000
# How many endpoints a page looks at for what no index finds: few of a million fail, or were paused.
LOOKED_AT = 5_000


class OperatedEndpoint(Endpoint, frozen=True):
    """An endpoint of any tenant, and what became of what was to be sent to it."""

    tenant_id: int
    env: Literal["live", "test"]
    organization_name: str
    organization_status: OrganizationStatus
    """Its own, or its partner's if that is not active: nothing is sent while it is not."""
    paused_reason: PausedReason | None
    failing_since: datetime | None
    waiting_deliveries: int
    """At most ``COUNTED``."""
    oldest_waiting_at: datetime | None
    """When the first of those was created."""
    last_error_at: datetime | None
    """Of the attempt that failed last, if the endpoint fails; None if it does not."""
    last_error_status: int | None
    """None if there was no answer."""
    last_error: str | None


class EndpointFilter(NamedTuple):
    """Which endpoints to list. None is no filter."""

    organization_id: UUID | None = None
    statuses: Sequence[EndpointStatus] | None = None
    is_failing: bool = False


class EndpointPage(NamedTuple):
    """A part of the list, and the id behind which it goes on; None at its end."""

    endpoints: list[OperatedEndpoint]
    position: UUID | None


class FailingPosition(NamedTuple):
    """Where an endpoint is among those that fail, the longest failing first."""

    failing_since: datetime
    endpoint_id: UUID


_COLUMNS = columns_of(
    OperatedEndpoint,
    "e",
    last_success_at="q.last_success_at",
    last_failure_at="q.last_failure_at",
    consecutive_failure_count="q.consecutive_failure_count",
    env="t.env",
    organization_name="o.name",
    organization_status="coalesce(nullif(o.status, 'active'), partner.status, o.status)",
    failing_since="q.failing_since",
    waiting_deliveries="waiting.number",
    oldest_waiting_at="waiting.oldest",
    last_error_at="failed.at",
    last_error_status="failed.status",
    last_error="failed.error",
)
# An attempt that failed is the last one of a delivery that waits for its next, or of one that was given up. However
# many there are, this looks at some of each.
_FOUND = f"""
SELECT {_COLUMNS}
  FROM webhook_endpoints e
  JOIN webhook_queues q ON q.tenant_id = e.tenant_id AND q.endpoint_id = e.id
  JOIN organizations o ON o.tenant_id = e.tenant_id AND o.id = e.organization_id
  LEFT JOIN organizations partner ON partner.tenant_id = o.tenant_id AND partner.id = o.parent_id
  JOIN tenants t ON t.id = e.tenant_id
 CROSS JOIN LATERAL (
       SELECT count(*)::integer AS number, min(first.created_at) AS oldest
         FROM (SELECT d.created_at FROM webhook_deliveries d
                WHERE d.tenant_id = e.tenant_id AND d.endpoint_id = e.id
                  AND d.next_attempt_at IS NOT NULL
                ORDER BY d.next_attempt_at LIMIT {COUNTED}) first) waiting
  LEFT JOIN LATERAL (
       SELECT a.at, a.status, a.error
         FROM ((SELECT d.id, d.attempts FROM webhook_deliveries d
                 WHERE d.tenant_id = e.tenant_id AND d.endpoint_id = e.id
                   AND d.next_attempt_at IS NOT NULL
                 ORDER BY d.next_attempt_at LIMIT 200)
                UNION ALL
               (SELECT d.id, d.attempts FROM webhook_deliveries d
                 WHERE d.tenant_id = e.tenant_id AND d.endpoint_id = e.id
                   AND d.status = 'abandoned' AND NOT d.recovered
                   AND d.event_created_at <= q.last_failure_at
                 ORDER BY d.event_created_at DESC LIMIT 200)) tried
         JOIN webhook_attempts a ON a.tenant_id = e.tenant_id
              AND a.delivery_id = tried.id AND a.number = tried.attempts
        WHERE q.consecutive_failure_count > 0
        ORDER BY a.at DESC LIMIT 1) failed ON true"""


async def find_endpoint(connection: Connection, endpoint_id: UUID) -> OperatedEndpoint | None:
    """Return an endpoint of any tenant; None when there is none, or it is deleted. Crosses tenants."""
    row = await connection.fetchrow(
        f"{_FOUND} WHERE e.id = $1 AND e.deleted_at IS NULL", endpoint_id
    )
    return read_row(OperatedEndpoint, row)


async def list_endpoints(
    connection: Connection, wanted: EndpointFilter, *, before: UUID | None, limit: int
) -> EndpointPage:
    """Return a page of all endpoints, newest first. Crosses tenants.

    Those of an organization, and those that the server has paused, are found by an index. For
    others a page looks at 5,000 endpoints, so that it may have few, or none, and not be the last.

    Args:
        connection: any.
        wanted: which.
        before: only those with a smaller id.
        limit: how many at most.
    """
    is_auto_paused = wanted.statuses is not None and set(wanted.statuses) == {"auto_paused"}
    looks_for_few = (
        wanted.organization_id is None
        and not is_auto_paused
        and (wanted.is_failing or wanted.statuses is not None)
    )
    arguments: list[Any] = [limit + 1]
    conditions = ["e.deleted_at IS NULL"]

    def add(condition: str, value: object) -> None:
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))

    last_look = None
    if looks_for_few:
        last_look = await _nth_endpoint(connection, before, LOOKED_AT)
    if last_look is not None:
        add("e.id >= {}", last_look)
    if before is not None:
        add("e.id < {}", before)
    if wanted.organization_id is not None:
        # A partner has the same id in both environments, in a tenant each.
        add(
            "(e.tenant_id, e.organization_id) IN (SELECT tenant_id, id FROM organizations WHERE id = {})",
            wanted.organization_id,
        )
    if is_auto_paused:
        # Not a parameter: the index is of these alone.
        conditions.append("e.status = 'auto_paused'")
    elif wanted.statuses is not None:
        add("e.status = ANY ({}::text[])", list(wanted.statuses))
    if wanted.is_failing:
        # Asked of one endpoint after the other: a join could begin with the queues of them all.
        conditions.append(
            "(SELECT q.consecutive_failure_count FROM webhook_queues q"
            " WHERE q.tenant_id = e.tenant_id AND q.endpoint_id = e.id) > 0"
        )
    found = read_rows(OperatedEndpoint, await connection.fetch(_page(conditions), *arguments))
    if len(found) > limit:
        return EndpointPage(found[:limit], found[limit - 1].id)
    return EndpointPage(found, last_look)


async def list_failing(
    connection: Connection, wanted: EndpointFilter, *, after: FailingPosition | None, limit: int
) -> list[OperatedEndpoint]:
    """Return a page of the endpoints that fail, the longest failing first. Crosses tenants.

    Args:
        connection: any.
        wanted: which of them.
        after: behind which the page begins.
        limit: how many at most.
    """
    rows = await connection.fetch(
        f"""
        {_FOUND}
         WHERE (e.tenant_id, e.id) IN (
               SELECT e.tenant_id, e.id FROM webhook_queues q
                 JOIN webhook_endpoints e ON e.tenant_id = q.tenant_id AND e.id = q.endpoint_id
                WHERE q.failing_since IS NOT NULL AND e.deleted_at IS NULL
                  AND (q.failing_since, q.endpoint_id) > (coalesce($1::timestamptz, '-infinity'),
                                                          coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'))
                  AND ($3::uuid IS NULL OR e.organization_id = $3)
                  AND ($4::text[] IS NULL OR e.status = ANY ($4))
                ORDER BY q.failing_since, q.endpoint_id LIMIT $5)
         ORDER BY q.failing_since, e.id
        """,
        after and after.failing_since,
        after and after.endpoint_id,
        wanted.organization_id,
        None if wanted.statuses is None else list(wanted.statuses),
        limit,
    )
    return read_rows(OperatedEndpoint, rows)


def failing_position(endpoint: OperatedEndpoint) -> FailingPosition:
    """Return where an endpoint that fails is among them."""
    # The constraints of its queue: what has failed has a time since when.
    return FailingPosition(cast("datetime", endpoint.failing_since), endpoint.id)


def _page(conditions: list[str]) -> str:
    """Return the statement of a page: which endpoints first, then, of these alone, the rest. Crosses tenants."""
    return f"""
        {_FOUND}
         WHERE (e.tenant_id, e.id) IN (
               SELECT e.tenant_id, e.id FROM webhook_endpoints e
                WHERE {" AND ".join(conditions)}
                ORDER BY e.id DESC LIMIT $1)
         ORDER BY e.id DESC
        """


async def _nth_endpoint(connection: Connection, before: UUID | None, number: int) -> UUID | None:
    """Return the last of the next so many endpoints; None if there are fewer. Crosses tenants."""
    last: UUID | None = await connection.fetchval(
        """
        SELECT id FROM webhook_endpoints
         WHERE id < coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
         ORDER BY id DESC OFFSET $2 - 1 LIMIT 1
        """,
        before,
        number,
    )
    return last
