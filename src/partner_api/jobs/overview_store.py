"""SQL of what the operator sees of jobs, across tenants: lists of them, and what happened to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows
from partner_api.ids import first_id_at
from partner_api.jobs.store import JOB_COLUMNS, Job, JobStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.content.store import ContentFormat
    from partner_api.database.connection import Connection, Row

# How many jobs a page looks at for what no index finds: few of ten million are of one worker.
LOOKED_AT = 5_000


class OperatedJob(Job, frozen=True):
    """A job of any tenant, and whose it is."""

    organization_name: str
    wallet_organization_id: UUID
    """Whose wallet it is reserved in and charged to: its project may have moved since."""
    refunded: int


class JobFilter(NamedTuple):
    """Which jobs to list. None is no filter."""

    statuses: Sequence[JobStatus] | None = None
    formats: Sequence[ContentFormat] | None = None
    organization_id: UUID | None = None
    worker_id: str | None = None
    since: datetime | None = None
    """Asked for then or later."""
    is_claimed: bool | None = None
    """Of those that run: whether a worker has it. Those that nobody has come in the order in which they wait."""


class JobPage(NamedTuple):
    """A part of the list, and the id behind which it goes on; None at its end."""

    jobs: list[OperatedJob]
    position: UUID | None


class JobMoment(Struct, frozen=True):
    """Something that happened to a job, as the audit log has it."""

    event_type: str
    occurred_at: datetime
    actor: Literal["partner_api", "operator", "system"]
    api_key_id: UUID | None
    request_id: str | None
    details: dict[str, Any]


_COLUMNS = columns_of(
    OperatedJob,
    "j",
    **JOB_COLUMNS,
    organization_name="o.name",
    wallet_organization_id="r.organization_id",
    refunded="r.refunded",
)
_TABLES = """
  FROM jobs j
  JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
  JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
  JOIN projects p ON p.tenant_id = j.tenant_id AND p.id = j.project_id
  JOIN organizations o ON o.tenant_id = j.tenant_id AND o.id = p.organization_id
"""


async def find_job(connection: Connection, job_id: UUID) -> OperatedJob | None:
    """Return a job of any tenant. Crosses tenants."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} {_TABLES} WHERE j.id = $1", job_id)
    return read_row(OperatedJob, row)


async def list_jobs(
    connection: Connection, wanted: JobFilter, *, before: UUID | None, limit: int
) -> JobPage:
    """Return a page of all jobs, newest first; of those that wait for a worker, the longest waiting first.

    What runs, waits, or has failed is found by an index. For other filters a page looks at 5,000 jobs, so that it may
    have few, or none, and not be the last.

    Args:
        connection: any.
        wanted: which.
        before: behind which the page begins.
        limit: how many at most.
    """
    search = _Search(wanted, before)
    looks = LOOKED_AT if search.conditions else limit + 1
    rows = await connection.fetch(_matching(search, looks, limit + 1), *search.arguments)
    found = await _read_jobs(connection, rows[:limit], search.order)
    if len(rows) > limit:
        return JobPage(found, rows[limit - 1]["id"])
    if not search.conditions:
        return JobPage(found, None)
    last = await connection.fetchval(_last_look(search, looks), *search.looked_with)
    return JobPage(found, last)


async def _read_jobs(
    connection: Connection, rows: Sequence[Row], order: Literal["ASC", "DESC"]
) -> list[OperatedJob]:
    """Return jobs by tenant and id, without those that do not fit together. Crosses tenants."""
    if not rows:
        return []
    jobs = await connection.fetch(
        f"""
        SELECT {_COLUMNS} {_TABLES}
         WHERE (j.tenant_id, j.id) IN (SELECT t, i FROM unnest($1::bigint[], $2::uuid[]) AS named (t, i))
        """,
        [row["tenant_id"] for row in rows],
        [row["id"] for row in rows],
    )
    found = read_rows(OperatedJob, jobs)
    return sorted(found, key=lambda job: job.id, reverse=order == "DESC")


def _matching(search: _Search, looks: int, limit: int) -> str:
    """Return the statement that finds the jobs of a page, among so many that are looked at. Crosses tenants.

    The numbers are in the text: a plan that does not know them might read all jobs.
    """
    conditions = " AND ".join(search.conditions) or "true"
    rest = f"{conditions} ORDER BY looked.id {search.order} LIMIT {limit}"
    return f"""
        SELECT looked.tenant_id, looked.id FROM ({search.looked} LIMIT {looks}) looked WHERE {rest}
        """


def _last_look(search: _Search, number: int) -> str:
    """Return the statement that finds the last of so many jobs; no row if there are fewer. Crosses tenants."""
    return f"SELECT looked.id FROM ({search.looked} LIMIT {number}) looked OFFSET {number - 1}"


async def list_moments(
    connection: Connection, tenant_id: int, job_id: UUID, at: Sequence[datetime]
) -> list[JobMoment]:
    """Return what happened to a job, oldest first: its claims, and what is in the audit log at the times ``at``.

    Args:
        connection: any.
        tenant_id: of the job.
        job_id: the job.
        at: when it started, and when it ended.
    """
    columns = columns_of(JobMoment)
    rows = await connection.fetch(
        f"""
        SELECT {columns} FROM (
            SELECT {columns}, event_id FROM audit_events
             WHERE tenant_id = $1 AND details ->> 'jobId' = $2::text
               AND event_type IN ('job.claimed', 'job.requeued', 'job.cancel_requested')
            UNION ALL
            SELECT {columns}, event_id FROM audit_events
             WHERE tenant_id = $1 AND occurred_at = ANY ($3::timestamptz[]) AND details ->> 'jobId' = $2::text
               AND event_type IN ('job.started', 'job.completed', 'job.failed', 'job.canceled')) happened
         ORDER BY occurred_at, event_id
        """,
        tenant_id,
        str(job_id),
        list(at),
    )
    return read_rows(JobMoment, rows)


class _Search:
    """How a page is looked for.

    ``looked`` is the statement that finds jobs in the order of the list, by an index, and ``looked_with`` its
    arguments; ``conditions`` is what is then asked of each of them.
    """

    def __init__(self, wanted: JobFilter, before: UUID | None) -> None:
        self.arguments: list[Any] = []
        self.conditions: list[str] = []
        is_waiting = wanted.is_claimed is False
        self.order: Literal["ASC", "DESC"] = "ASC" if is_waiting else "DESC"
        bounds = []
        if before is not None:
            bounds.append(self._with("k.id > {}" if is_waiting else "k.id < {}", before))
        if wanted.since is not None:
            bounds.append(self._with("k.id >= {}", first_id_at(wanted.since)))
        self.looked = self._looked(wanted, bounds)
        self.looked_with = list(self.arguments)
        self._ask(wanted)

    def _looked(self, wanted: JobFilter, bounds: list[str]) -> str:
        """Return the statement that finds jobs by an index. Crosses tenants."""
        statuses = set(wanted.statuses or ())
        among = "true"
        # These are no parameters: each index is of these alone.
        if wanted.is_claimed is False:
            among = "k.status = 'running' AND k.claim_token IS NULL AND NOT k.sandbox"
        elif wanted.is_claimed:
            among = "k.status = 'running' AND k.lease_until IS NOT NULL"
        elif statuses == {"running"}:
            among = "k.status = 'running'"
        elif wanted.organization_id is not None:
            # A partner has the same id in both environments, in a tenant each.
            whose = self._with("w.id = {}", wanted.organization_id)
            conditions = " AND ".join(bounds) or "true"
            return f"""
                SELECT y.* FROM organizations w
                 CROSS JOIN LATERAL (
                       SELECT k.tenant_id, k.id, k.project_id, k.status, k.format, k.worker_id FROM jobs k
                        WHERE k.tenant_id = w.tenant_id AND {conditions}
                        ORDER BY k.id DESC LIMIT {LOOKED_AT}) y
                 WHERE {whose} ORDER BY y.id DESC"""
        elif statuses and statuses <= {"failed", "canceled"}:
            among = "k.status IN ('failed', 'canceled')"
        conditions = " AND ".join([among, *bounds])
        return f"""
            SELECT k.tenant_id, k.id, k.project_id, k.status, k.format, k.worker_id FROM jobs k
             WHERE {conditions} ORDER BY k.id {self.order}"""

    def _ask(self, wanted: JobFilter) -> None:
        """Add what is asked of each job that was found by an index."""
        known = wanted.is_claimed is None and wanted.statuses == ["running"]
        if wanted.statuses is not None and not known:
            self.conditions.append(
                self._with("looked.status = ANY ({}::text[])", list(wanted.statuses))
            )
        if wanted.formats is not None:
            self.conditions.append(
                self._with("looked.format = ANY ({}::text[])", list(wanted.formats))
            )
        if wanted.worker_id is not None:
            self.conditions.append(self._with("looked.worker_id = {}", wanted.worker_id))
        if wanted.organization_id is not None:
            self.conditions.append(
                self._with(
                    "(looked.tenant_id, looked.project_id) IN (SELECT p.tenant_id, p.id FROM organizations o"
                    " JOIN projects p ON p.tenant_id = o.tenant_id AND p.organization_id = o.id WHERE o.id = {})",
                    wanted.organization_id,
                )
            )

    def _with(self, condition: str, value: object) -> str:
        self.arguments.append(value)
        return condition.format(f"${len(self.arguments)}")
