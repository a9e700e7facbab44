"""SQL of reservations: which jobs hold the credits of a wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class Reservation(Struct, frozen=True):
    """An open reservation, with what its job is."""

    job_id: UUID
    project_id: UUID
    format: str
    credits: int
    created_at: datetime
    expires_at: datetime


async def list_reservations(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    before: UUID | None,
    limit: int,
) -> list[Reservation]:
    """Return a page of the open reservations of a wallet, newest first.

    They are found together by their index, and are no more than the jobs that may run at a time.
    """
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(Reservation, "r", project_id="j.project_id", format="j.format")}
          FROM reservations r
          JOIN jobs j ON j.tenant_id = r.tenant_id AND j.id = r.job_id
         WHERE r.tenant_id = $1 AND r.organization_id = $2 AND r.status = 'open'
           AND ($3::uuid IS NULL OR r.job_id < $3)
         ORDER BY r.job_id DESC LIMIT $4
        """,
        tenant_id,
        organization_id,
        before,
        limit,
    )
    return read_rows(Reservation, rows)
