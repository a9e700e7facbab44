"""Finding a job of the caller's, or 404, and what is said when it cannot be canceled any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.errors import ApiError, not_found
from partner_api.ids import format_id
from partner_api.jobs import store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_job(request: ApiRequest, connection: Connection, job_id: UUID) -> store.Job:
    """Return a job of the caller's.

    Raises:
        ApiError: NOT_FOUND.
    """
    caller = request.caller
    job = await store.find_job(connection, caller.tenant_id, caller.organization_id, job_id)
    if job is None:
        raise not_found()
    return job


def cannot_be_canceled(job_id: UUID, facts: dict[str, Any] | None) -> ApiError:
    """Return the refusal of a cancel that comes when the job is being finished."""
    return ApiError(
        "CONFLICT",
        "The job is being finished and cannot be canceled any more. Read it again in a moment.",
        {
            "subcode": "JOB_CANCEL_UNAVAILABLE",
            "jobId": format_id("job", job_id),
            "stage": (facts or {})["stage"],
        },
    )
