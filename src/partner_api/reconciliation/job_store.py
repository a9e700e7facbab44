"""SQL that reads jobs for checking: what they reserved and were charged, and what else tells of them.

The same rules as in `store`: one statement for what must agree, bounded, by key, one tenant each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from partner_api.database.comparing import compare, differences, require
from partner_api.database.rows import read_rows
from partner_api.reconciliation.rules import Rule

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class Job(msgspec.Struct, frozen=True):
    """One difference of a job, or a job that is right and the last of its page: ``rule`` is then None."""

    id: UUID
    organization_id: UUID | None
    status: str
    rule: str | None
    what: str | None
    expected: Any
    found: Any


# j job, r its reservation, c its container, p its project, a the audit row of its start, o what was told of its end,
# t the tenant.
_RESERVATION = """CASE j.status WHEN 'running' THEN 'open' WHEN 'completed' THEN 'settled' ELSE 'released' END"""
_CONTAINER_STATUS = """
    CASE WHEN j.status <> 'running' THEN j.status WHEN j.claim_token IS NULL THEN 'queued' ELSE 'processing' END"""
_HAS_CONTAINER = "c.id IS NOT NULL"
_HAS_RESERVATION = "r.status IS NOT NULL"
_HAS_START = "a.details IS NOT NULL"
_LEASE_SECONDS = "make_interval(secs => j.lease_seconds)"
_JOB = differences(
    compare(Rule.JOB_RESERVATION, "", _RESERVATION, "r.status"),
    compare(Rule.JOB_CONTAINER, "containers", "1", "(c.id IS NOT NULL)::integer"),
    compare(Rule.JOB_CONTAINER, "container status", _CONTAINER_STATUS, "c.status", _HAS_CONTAINER),
    compare(Rule.JOB_CONTAINER, "container project_id", "j.project_id", "c.project_id", _HAS_CONTAINER),
    compare(Rule.JOB_CONTAINER, "container format", "j.format", "c.format", _HAS_CONTAINER),
    compare(Rule.JOB_CONTAINER, "container created_at", "j.started_at", "c.created_at", _HAS_CONTAINER),
    compare(Rule.JOB_CONTAINER, "container completed_at",
            "CASE j.status WHEN 'completed' THEN j.finished_at END", "c.completed_at", _HAS_CONTAINER),
    compare(Rule.JOB_CONTAINER, "container failed_at",
            "CASE j.status WHEN 'failed' THEN j.finished_at END", "c.failed_at", _HAS_CONTAINER),
    compare(Rule.JOB_TIMES, "reservation created_at", "j.started_at", "r.created_at", _HAS_RESERVATION),
    compare(Rule.JOB_TIMES, "reservation expires_at", "j.expires_at", "r.expires_at", _HAS_RESERVATION),
    compare(Rule.JOB_TIMES, "reservation closed_at", "j.finished_at", "r.closed_at", _HAS_RESERVATION),
    compare(Rule.JOB_OWNER, "wallet", "p.organization_id", "r.organization_id",
            "j.status = 'running' AND r.status = 'open'"),
    compare(Rule.JOB_STATE, "sandbox", "t.env = 'test'", "j.sandbox"),
    compare(Rule.JOB_STATE, "credits", "0", "r.credits", "j.sandbox AND r.status IS NOT NULL"),
    compare(Rule.JOB_STATE, "stage",
            "CASE j.status WHEN 'running' THEN 'queued' ELSE 'completed' END", "j.stage",
            "(j.status = 'completed' OR (j.status = 'running' AND j.claim_token IS NULL))"),
    compare(Rule.JOB_STATE, "progress", "(j.status = 'completed')::integer::double precision",
            "j.progress", "(j.status = 'completed' OR (j.attempt = 0 AND j.status = 'running'))"),
    compare(Rule.JOB_STATE, "last_error_code", "j.error_code", "j.last_error_code", "j.status = 'failed'"),
    compare(Rule.JOB_STATE, "last_error_message", "j.error_message", "j.last_error_message",
            "j.status = 'failed'"),
    compare(Rule.JOB_STATE, "error_message", "NULL::text", "j.error_message", "j.status <> 'failed'"),
    compare(Rule.JOB_STATE, "status after cancel_requested_at", "'canceled'::text", "j.status",
            "j.cancel_requested_at IS NOT NULL AND j.status <> 'running'"),
    require(Rule.JOB_STATE, "slideshow_credits",
            "j.format = 'auto' AND j.slideshow_credits <= r.credits", "j.slideshow_credits IS NOT NULL"),
    require(Rule.JOB_CLAIM, "claimed before it expires", "j.claimed_at < j.expires_at",
            "j.claim_token IS NOT NULL"),
    # A sign of life only makes it longer, and none is taken of a job whose time is up.
    require(Rule.JOB_CLAIM, "lease_until",
            f"j.lease_until >= j.claimed_at + {_LEASE_SECONDS} AND j.lease_until < j.expires_at + {_LEASE_SECONDS}",
            "j.claim_token IS NOT NULL"),
    # The audit log keeps this for 90 days, and no job runs for so long.
    compare(Rule.JOB_START, "record of its start", "1", "(a.details IS NOT NULL)::integer",
            "j.status = 'running' AND j.started_at > $4"),
    compare(Rule.JOB_START, "reserved credits", "a.details -> 'reservedCredits'", "to_jsonb(r.credits)",
            f"{_HAS_START} AND {_HAS_RESERVATION}"),
    compare(Rule.JOB_START, "wallet", "a.organization_id", "r.organization_id",
            f"{_HAS_START} AND {_HAS_RESERVATION}"),
    compare(Rule.JOB_START, "project_id", "a.project_id", "j.project_id", _HAS_START),
    compare(Rule.JOB_START, "format", "a.details ->> 'format'", "j.format", _HAS_START),
    compare(Rule.TOLD, "event of its end", "1", "(o.data IS NOT NULL)::integer",
            "j.finished_at > $5"),
    compare(Rule.TOLD, "creditsCharged of the event", "to_jsonb(r.charged)", "o.data -> 'creditsCharged'",
            "o.data IS NOT NULL AND j.status = 'completed'"),
    compare(Rule.TOLD, "organization of the event", "r.organization_id", "o.organization_id",
            f"o.data IS NOT NULL AND {_HAS_RESERVATION}"),
)  # fmt: skip
_WRONG_JOBS = f"""
SELECT j.id, coalesce(r.organization_id, p.organization_id) AS organization_id, j.status,
       d.rule, d.what, d.expected, d.found
  FROM (SELECT *, lead(id) OVER (ORDER BY id) IS NULL AS is_last
          FROM (SELECT * FROM jobs WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) j
 CROSS JOIN LATERAL (SELECT env FROM tenants WHERE id = $1) t
  LEFT JOIN LATERAL (
       SELECT * FROM reservations WHERE tenant_id = $1 AND job_id = j.id LIMIT 1) r ON true
  LEFT JOIN LATERAL (
       SELECT * FROM containers WHERE tenant_id = $1 AND job_id = j.id LIMIT 1) c ON true
  LEFT JOIN LATERAL (
       SELECT organization_id FROM projects WHERE tenant_id = $1 AND id = j.project_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (
       SELECT details, organization_id, project_id FROM audit_events
        WHERE tenant_id = $1 AND occurred_at = j.started_at AND j.started_at > $4
          AND event_id = time_ordered_uuid(j.started_at, 'job.started:' || j.id) LIMIT 1) a ON true
  LEFT JOIN LATERAL (
       SELECT data, organization_id FROM outbox
        WHERE tenant_id = $1 AND j.finished_at > $5
          AND id = time_ordered_uuid(j.finished_at, 'job.' || j.status || ':' || j.id)
          AND event_type = 'job.' || j.status LIMIT 1) o ON true
  LEFT JOIN LATERAL {_JOB} d ON true
 WHERE d.rule IS NOT NULL OR j.is_last
 ORDER BY j.id
"""


async def list_wrong_jobs(
    connection: Connection,
    tenant_id: int,
    after: UUID,
    limit: int,
    *,
    audited_after: datetime,
    told_after: datetime,
) -> list[Job]:
    """Return what is not as it should be among the next ``limit`` jobs by id.

    The last job of the page always comes, so that the caller knows where to go on.

    Args:
        connection: as `store.prepare_session` leaves it.
        tenant_id: of the jobs.
        after: the last job of the page before.
        limit: how many jobs to look at.
        audited_after: what was started later is in the audit log.
        told_after: what ended later is still in the outbox.
    """
    return read_rows(
        Job,
        await connection.fetch(_WRONG_JOBS, tenant_id, after, limit, audited_after, told_after),
    )
