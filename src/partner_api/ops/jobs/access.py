"""Finding the job that a worker or an operator names, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.idempotency.records import require_found
from partner_api.jobs import operator_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_tenant(request: ApiRequest, connection: Connection, job_id: UUID) -> int:
    """Return the tenant of a job.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another job.
    """
    return await require_found(
        request, connection, await operator_store.find_tenant(connection, job_id)
    )


async def require_job(
    request: ApiRequest, connection: Connection, job_id: UUID
) -> operator_store.JobWithInputs:
    """Return a job with its inputs.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another job.
    """
    return await require_found(
        request, connection, await operator_store.find_job(connection, job_id)
    )
