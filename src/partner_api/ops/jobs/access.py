"""Finding the job that a worker or an operator names, or 404, and what is said when a claim is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.edge.idempotency.records import require_found, stored_reply
from partner_api.errors import ApiError, not_found
from partner_api.jobs import operator_store, overview_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_tenant(request: ApiRequest, job_id: UUID) -> int:
    """Return the tenant of a job.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT, if the request's key was used for
            another job.
    """
    (tenant_id,) = await request.services.job_tenants.find([job_id])
    if tenant_id is None:
        # For what it may raise: nothing was done for a job that does not exist.
        await stored_reply(request)
        raise not_found()
    return tenant_id


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


async def require_operated_job(connection: Connection, job_id: UUID) -> overview_store.OperatedJob:
    """Return a job of any partner.

    Raises:
        ApiError: NOT_FOUND.
    """
    job = await overview_store.find_job(connection, job_id)
    if job is None:
        raise not_found()
    return job


def claim_lost(facts: dict[str, Any] | None) -> ApiError:
    """Return the refusal of a report by a worker whose claim is not the current one."""
    return ApiError(
        "CONFLICT",
        "The claim is not the current one of a running job. Stop working on it, and claim again.",
        facts,
    )
