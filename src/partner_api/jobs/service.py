"""Starting jobs, whose time counts from when they start."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.jobs import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

# How long a job may take, all its tries together.
TIME_LIMIT = timedelta(hours=24)


async def start_jobs(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[store.JobStart]
) -> list[Outcome]:
    """Start jobs, which may have waited since they were asked for; see ``store.start_jobs``."""
    items = [item._replace(expires_at=max(item.expires_at, now + TIME_LIMIT)) for item in items]
    return await store.start_jobs(connection, tenant_id, now, items)
