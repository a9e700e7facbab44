"""Events and deliveries by the million: what a busy partner has after a month."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from partner_api.clock import Clock
from partner_api.ids import new_uuid7
from rig.tenants import make_partner

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.connection import Connection

EXPIRED = 10_000


class Subject(Struct, frozen=True):
    """A partner with an endpoint that takes all of its events."""

    tenant_id: int
    organization_id: UUID
    endpoint_id: UUID
    now: datetime


async def fill(connection: Connection, count: int) -> Subject:
    """Make a partner with so many events, each with a delivery, of the last thirty days, and 10,000 older ones.

    Every second one of the deliveries is due, the others have arrived.
    """
    now = Clock().now()
    partner = await make_partner(connection, now)
    subject = Subject(partner.tenant_id, partner.organization_id, new_uuid7(now), now)
    await connection.execute(
        """
        INSERT INTO webhook_endpoints (tenant_id, id, organization_id, url, events, scope, secret, secret_key_id,
                                       created_at, updated_at)
        VALUES ($1, $2, $3, 'https://hooks.example.test/', '{*}', 'own', '', 'k1', $4, $4)
        """,
        subject.tenant_id,
        subject.endpoint_id,
        subject.organization_id,
        now,
    )
    await connection.execute(
        "INSERT INTO webhook_queues (tenant_id, endpoint_id, next_due_at) VALUES ($1, $2, $3)",
        subject.tenant_id,
        subject.endpoint_id,
        now - timedelta(days=30),
    )
    await _add(connection, subject, 0, EXPIRED, now - timedelta(days=31), timedelta(0))
    await _add(connection, subject, EXPIRED, count, now - timedelta(days=29), timedelta(days=28))
    await connection.execute(
        "INSERT INTO event_streams (tenant_id, last_sequence, last_published_at) VALUES ($1, $2, $3)",
        subject.tenant_id,
        EXPIRED + count,
        now - timedelta(days=1),
    )
    return subject


async def _add(
    connection: Connection,
    subject: Subject,
    before: int,
    count: int,
    begin: datetime,
    span: timedelta,
) -> None:
    """Add published events with these sequences, evenly over a time, and their deliveries."""
    arguments = subject.tenant_id, subject.organization_id, before, count, begin, span
    await connection.execute(
        """
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at, sequence, published_at)
        SELECT $1, time_ordered_uuid(at, 'event:' || $3 + n), $2, 'job.completed',
               jsonb_build_object('jobId', 'job_' || n, 'creditsCharged', n, 'organizationId', 'org_' || $2::uuid),
               at, $3::bigint + n, at
          FROM generate_series(1, $4::integer) n
         CROSS JOIN LATERAL (
               SELECT date_trunc('milliseconds', $5::timestamptz + $6::interval * n / $4::integer) AS at) t
        """,
        *arguments,
    )
    await connection.execute(
        """
        INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, event_id, event_type, organization_id,
                                        event_created_at, status, next_attempt_at, delivered_at, created_at)
        SELECT $1, time_ordered_uuid(at, 'delivery:' || $3 + n), $7, time_ordered_uuid(at, 'event:' || $3 + n),
               'job.completed', $2, at, CASE WHEN is_due THEN 'pending' ELSE 'delivered' END,
               CASE WHEN is_due THEN at END, CASE WHEN NOT is_due THEN at END, at
          FROM generate_series(1, $4::integer) n
         CROSS JOIN LATERAL (SELECT date_trunc('milliseconds', $5::timestamptz + $6::interval * n / $4::integer) AS at,
                                    $3 > 0 AND n % 2 = 0 AS is_due) t
        """,
        *arguments,
        subject.endpoint_id,
    )


async def write_events(connection: Connection, subject: Subject, count: int, number: int) -> None:
    """Write events that nobody has published; ``number`` is another one each time."""
    await connection.execute(
        """
        INSERT INTO outbox (tenant_id, id, organization_id, event_type, data, created_at)
        SELECT $1, time_ordered_uuid($3, 'new:' || $5 || ':' || n), $2, 'job.completed',
               jsonb_build_object('jobId', 'job_' || n, 'creditsCharged', n), $3
          FROM generate_series(1, $4::integer) n
        """,
        subject.tenant_id,
        subject.organization_id,
        subject.now,
        count,
        str(number),
    )
