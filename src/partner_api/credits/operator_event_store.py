"""SQL of the ledger as operators see it: each row with what it came from, who made it, and what belongs with it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from partner_api.credits.event_store import CreditEvent, EventFilter, sequence_range
from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

Direction = Literal["in", "out"]


class EventWithOrigin(CreditEvent, frozen=True):
    """A row of the ledger, with what it came from; the job's and the transfer's facts are None where there is none."""

    organization_id: UUID
    is_child: bool
    """Whether its organization has a parent."""
    transfer_id: UUID | None
    api_key_name: str | None
    job_status: str | None
    job_reserved: int | None
    job_charged: int | None
    job_refunded: int | None
    counterpart_id: UUID | None
    """The organization on the other side of the transfer."""
    counterpart_name: str | None
    counterpart_sequence: int | None


class Reservation(Struct, frozen=True):
    """Credits that a job holds."""

    job_id: UUID
    credits: int
    created_at: datetime
    expires_at: datetime
    project_id: UUID
    format: str
    stage: str


# What each direction has: a type, and of those that are both a condition, which an index has too.
_RUNS: Final[dict[tuple[str, Direction], str]] = {
    ("usage", "out"): "",
    ("refund", "in"): "",
    ("grant", "in"): "",
    ("purchase", "in"): "",
    # An operator's corrections and what lapses: few.
    ("adjustment", "in"): "AND e.included_delta + e.prepaid_delta > 0",
    ("adjustment", "out"): "AND e.included_delta + e.prepaid_delta < 0",
    ("allocation", "in"): "AND e.prepaid_delta > 0",
    ("allocation", "out"): "AND e.prepaid_delta < 0",
}
_OF_PROJECTS: Final = ("usage", "refund")
# Each of them finds one row by a key: a limit keeps PostgreSQL from reading a table to join it.
_ORIGINS: Final = """
  LEFT JOIN LATERAL (
       SELECT k.name FROM api_keys k WHERE k.tenant_id = $1 AND k.id = e.api_key_id LIMIT 1) k ON true
  LEFT JOIN LATERAL (
       SELECT r.credits, r.charged, r.refunded FROM reservations r
        WHERE r.tenant_id = $1 AND r.job_id = e.job_id LIMIT 1) r ON true
  LEFT JOIN LATERAL (
       SELECT j.status FROM jobs j WHERE j.tenant_id = $1 AND j.id = e.job_id LIMIT 1) j ON true
  LEFT JOIN LATERAL (
       SELECT c.organization_id, c.sequence FROM credit_events c
        WHERE c.tenant_id = $1 AND c.transfer_id = e.transfer_id AND c.organization_id <> e.organization_id
        LIMIT 1) c ON true
  LEFT JOIN LATERAL (
       SELECT p.name FROM organizations p WHERE p.tenant_id = $1 AND p.id = c.organization_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (
       SELECT o.parent_id FROM organizations o WHERE o.tenant_id = $1 AND o.id = e.organization_id LIMIT 1) o ON true
"""
_COLUMNS: Final = columns_of(
    EventWithOrigin,
    "e",
    internal_hash="credit_event_internal_hash(ROW(e.*)::credit_events)",
    is_child="o.parent_id IS NOT NULL",
    api_key_name="k.name",
    job_status="j.status",
    job_reserved="r.credits",
    job_charged="r.charged",
    job_refunded="r.refunded",
    counterpart_id="c.organization_id",
    counterpart_name="p.name",
    counterpart_sequence="c.sequence",
)


async def list_events_with_origin(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: EventFilter,
    *,
    job_ids: Sequence[UUID] | None,
    direction: Direction | None,
    before: int | None,
    limit: int,
) -> list[EventWithOrigin]:
    """Return a page of a wallet's ledger, newest first, each row with its origin.

    However long the ledger is, a page costs the same: every filter is a run through an index.

    Args:
        connection: any.
        tenant_id: of the organization.
        organization_id: whose wallet.
        wanted: filters.
        job_ids: only events of these jobs; then the types and projects are compared one by one.
        direction: only what came in, or went out.
        before: the sequence after which the page begins; None for the first.
        limit: rows.
    """
    first, end = await sequence_range(connection, tenant_id, organization_id, wanted, before)
    arguments: list[Any] = [tenant_id, organization_id, first, end, limit]
    runs = _runs(wanted, job_ids, direction, arguments)
    if not runs:
        return []
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM ({" UNION ALL ".join(runs)}) a ORDER BY sequence DESC LIMIT $5) e
          {_ORIGINS}
         ORDER BY e.sequence DESC
        """,
        *arguments,
    )
    return read_rows(EventWithOrigin, rows)


def _runs(
    wanted: EventFilter,
    job_ids: Sequence[UUID] | None,
    direction: Direction | None,
    arguments: list[Any],
) -> list[str]:
    """Return a statement for each run through an index, and add to the arguments."""
    types = (
        None if wanted.event_types is None else [t for t in _TYPES if t in set(wanted.event_types)]
    )
    projects = wanted.project_ids
    if job_ids is not None:
        arguments.append(list(dict.fromkeys(job_ids)))
        condition = ""
        if projects is not None:
            arguments.append(list(projects))
            condition += " AND e.project_id = ANY ($7::uuid[])"
        if types is not None:
            condition += f" AND e.event_type IN ({', '.join(map(repr, types))})"
        if direction is not None:
            sign = ">" if direction == "in" else "<"
            condition += f" AND e.included_delta + e.prepaid_delta {sign} 0"
        return [_run(condition, _OF_JOBS)]
    if projects is None and types is None and direction is None:
        return [_run("")]
    if projects is not None:
        arguments.append(list(dict.fromkeys(projects)))
        types = [t for t in types or _TYPES if t in _OF_PROJECTS]
    conditions = [
        f"AND e.event_type = '{event_type}' {condition if direction else ''}"
        for (event_type, way), condition in _RUNS.items()
        if (types is None or event_type in types) and direction in (way, None)
    ]
    conditions = list(dict.fromkeys(conditions))
    if projects is None:
        return [_run(condition) for condition in conditions]
    return [
        f"""(SELECT e.* FROM unnest($6::uuid[]) AS wanted (project_id)
               CROSS JOIN LATERAL {_run(f"{condition} AND e.project_id = wanted.project_id")} e)"""
        for condition in conditions
    ]


_TYPES: Final = tuple(dict.fromkeys(event_type for event_type, _ in _RUNS))


# A few rows; the offset keeps PostgreSQL from going through the ledger in its order to find them.
_OF_JOBS: Final = (
    "(SELECT * FROM credit_events WHERE tenant_id = $1 AND job_id = ANY ($6::uuid[]) OFFSET 0)"
)


def _run(condition: str, source: str = "credit_events") -> str:
    return f"""(SELECT e.* FROM {source} e
                 WHERE e.tenant_id = $1 AND e.organization_id = $2 AND e.sequence >= $3 AND e.sequence < $4
                       {condition}
                 ORDER BY e.sequence DESC LIMIT $5)"""


async def find_event_with_origin(
    connection: Connection, tenant_id: int, organization_id: UUID, sequence: int
) -> EventWithOrigin | None:
    """Return one row of a wallet's ledger; None when there is none of this sequence."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM credit_events
                 WHERE tenant_id = $1 AND organization_id = $2 AND sequence = $3) e
          {_ORIGINS}
        """,
        tenant_id,
        organization_id,
        sequence,
    )
    return read_row(EventWithOrigin, row)


async def list_related_events(
    connection: Connection, tenant_id: int, event: EventWithOrigin
) -> list[EventWithOrigin]:
    """Return up to 100 rows that belong with one, itself not among them, oldest first.

    They are the rows of its job, the other side of its transfer, and what was written in its wallet at the same
    moment by the same request or rule: what lapsed and what was granted at the end of a period, or a refund and what
    of it went on to the partner.
    """
    # All ledgers have low sequences, so the planner takes those of one for many; the limit says that they are few.
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM (
                    (SELECT * FROM credit_events WHERE tenant_id = $1 AND job_id = $4
                      ORDER BY sequence LIMIT 100)
                    UNION
                    (SELECT * FROM credit_events WHERE tenant_id = $1 AND transfer_id = $5 LIMIT 2)
                    UNION
                    (SELECT * FROM (SELECT * FROM credit_events
                                     WHERE tenant_id = $1 AND organization_id = $2
                                       AND sequence BETWEEN $3 - 50 AND $3 + 50
                                     ORDER BY sequence LIMIT 101) n
                      WHERE created_at = $6 AND request_id IS NOT DISTINCT FROM $7
                        AND (job_id IS NULL OR $4::uuid IS NULL OR job_id = $4))) a
                 WHERE (organization_id, sequence) <> ($2, $3)
                 ORDER BY created_at, organization_id, sequence LIMIT 100) e
          {_ORIGINS}
         ORDER BY e.created_at, e.organization_id, e.sequence
        """,
        tenant_id,
        event.organization_id,
        event.sequence,
        event.job_id,
        event.transfer_id,
        event.created_at,
        event.request_id,
    )
    return read_rows(EventWithOrigin, rows)


async def list_open_reservations(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    after: UUID | None,
    limit: int,
) -> list[Reservation]:
    """Return a page of what running jobs hold of a wallet, the oldest job first."""
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(Reservation, "r", project_id="j.project_id", format="j.format", stage="j.stage")}
          FROM reservations r JOIN jobs j ON j.tenant_id = r.tenant_id AND j.id = r.job_id
         WHERE r.tenant_id = $1 AND r.organization_id = $2 AND r.status = 'open'
           AND ($3::uuid IS NULL OR r.job_id > $3)
         ORDER BY r.job_id LIMIT $4
        """,
        tenant_id,
        organization_id,
        after,
        limit,
    )
    return read_rows(Reservation, rows)
