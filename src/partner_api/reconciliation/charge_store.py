"""SQL that compares what jobs reserved and were charged with the events of wallets.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.database.comparing import compare, difference_list
from partner_api.database.rows import stream_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from decimal import Decimal
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.comparing import Differences


class Charge(msgspec.Struct, frozen=True):
    """What the reservation of a job says of its charge, and what the events of the job do."""

    organization_id: UUID
    job_id: UUID | None
    """None for usage and refunds of no job."""
    charged: int
    """By the reservation, as ``refunded``; both are 0 without one."""
    refunded: int
    used: Decimal
    """The sum of the usage events, as a positive number."""
    usage_events: int
    refunds: Decimal
    """The sum of the refund events."""


class JobEvent(msgspec.Struct, frozen=True):
    """A usage or refund event that does not say of its job what it is."""

    organization_id: UUID
    sequence: int
    differences: Differences


_WRONG_CHARGES = """
SELECT k.organization_id, j.*
  FROM unnest($2::uuid[]) AS k (organization_id)
 CROSS JOIN LATERAL (
       SELECT coalesce(r.job_id, e.job_id) AS job_id,
              coalesce(r.charged, 0) AS charged, coalesce(r.refunded, 0) AS refunded,
              coalesce(e.used, 0) AS used, coalesce(e.usage_events, 0) AS usage_events,
              coalesce(e.refunds, 0) AS refunds
         FROM (SELECT job_id, charged, refunded FROM reservations
                WHERE tenant_id = $1 AND organization_id = k.organization_id) r
         FULL JOIN (
              SELECT job_id,
                     -sum(included_delta::numeric + prepaid_delta)
                         FILTER (WHERE event_type = 'usage') AS used,
                     count(*) FILTER (WHERE event_type = 'usage') AS usage_events,
                     sum(prepaid_delta) FILTER (WHERE event_type = 'refund') AS refunds
                FROM credit_events
               WHERE tenant_id = $1 AND organization_id = k.organization_id
                 AND event_type IN ('usage', 'refund')
               GROUP BY job_id) e ON e.job_id = r.job_id) j
 WHERE j.charged <> j.used OR j.usage_events <> (j.charged > 0)::integer
    OR j.refunded <> j.refunds OR j.refunds > j.charged
"""
_JOB_EVENTS = f"""
SELECT e.organization_id, e.sequence, {
    difference_list(
        compare(Rule.EVENT_JOB, "project_id", "j.project_id", "e.project_id"),
        compare(Rule.EVENT_JOB, "container_id", "c.id", "e.container_id"),
        compare(Rule.EVENT_JOB, "format", "j.format", "e.format"),
    )
} AS differences
  FROM unnest($2::uuid[]) AS k (organization_id)
 CROSS JOIN LATERAL (
       SELECT organization_id, sequence, job_id, project_id, container_id, format FROM credit_events
        WHERE tenant_id = $1 AND organization_id = k.organization_id
          AND event_type IN ('usage', 'refund') OFFSET 0) e
 CROSS JOIN LATERAL (
       SELECT project_id, format FROM jobs WHERE tenant_id = $1 AND id = e.job_id LIMIT 1) j
  LEFT JOIN LATERAL (
       SELECT id FROM containers WHERE tenant_id = $1 AND job_id = e.job_id LIMIT 1) c ON true
 WHERE (j.project_id, j.format) IS DISTINCT FROM (e.project_id, e.format)
    OR c.id IS DISTINCT FROM e.container_id
"""


def wrong_charges(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> AsyncGenerator[Charge]:
    """Yield the jobs of these wallets whose reservation and events disagree."""
    return stream_rows(Charge, connection, _WRONG_CHARGES, tenant_id, organization_ids)


def wrong_job_events(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID]
) -> AsyncGenerator[JobEvent]:
    """Yield the usage and refunds of these wallets that do not say of their job what it is."""
    return stream_rows(JobEvent, connection, _JOB_EVENTS, tenant_id, organization_ids)
