"""What is said when a job cannot be canceled any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.errors import ApiError
from partner_api.ids import format_id

if TYPE_CHECKING:
    from uuid import UUID


def cannot_be_canceled(job_id: UUID, facts: dict[str, Any] | None) -> ApiError:
    """Make the refusal of a cancel that comes when the job is being finished."""
    return ApiError(
        "CONFLICT",
        "The job is being finished and cannot be canceled any more. Read it again in a moment.",
        {
            "subcode": "JOB_CANCEL_UNAVAILABLE",
            "jobId": format_id("job", job_id),
            "stage": (facts or {})["stage"],
        },
    )
