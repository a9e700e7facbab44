# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.jobs`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.responses import async_raw, raw
from layers_partner.waiting import AsyncWaitingJobs, WaitingJobs

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions
    from layers_partner.partner.types import Job, JobCancellation

_CANCEL = Operation("jobs.cancel", "POST", "/v1/jobs/{jobId}/cancel")
_RETRIEVE = Operation("jobs.retrieve", "GET", "/v1/jobs/{jobId}")


class JobsResource(WaitingJobs):
    """Methods of `layers.jobs`."""

    @cached_property
    def with_raw_response(self) -> JobsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return JobsRawResource(self)

    def cancel(self, job_id: str, **options: Unpack[RequestOptions]) -> JobCancellation:
        """Cancel a job.

        Accepted is final: a job that no worker has yet ends at once, any other when its worker next
        reports or falls silent, and nothing is charged. In its last stage, `finalizing`, a job
        cannot be canceled any more: 409.

        `POST /v1/jobs/{jobId}/cancel`, with the scope `jobs:cancel`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker
            does.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: JobCancellation = self._client._call(_CANCEL, {"jobId": job_id}, options=options)
        return answer

    def retrieve(self, job_id: str, **options: Unpack[RequestOptions]) -> Job:
        """Read a job.

        `stage` and `progress` say how far it is; when it is over, `result` or `error` is there.
        Send the `ETag` of the last answer as `If-None-Match` to get 304 while nothing has changed.

        `GET /v1/jobs/{jobId}`, with the scope `jobs:read`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Work in flight, or what became of it.

        Raises:
            NotFoundError: `job_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Job = self._client._call(_RETRIEVE, {"jobId": job_id}, options=options)
        return answer


class JobsRawResource:
    """Methods of `layers.jobs` that return whole responses."""

    def __init__(self, resource: JobsResource) -> None:
        self._resource = resource
        self.cancel = raw(resource.cancel)
        self.retrieve = raw(resource.retrieve)


class AsyncJobsResource(AsyncWaitingJobs):
    """Methods of `layers.jobs`."""

    @cached_property
    def with_raw_response(self) -> AsyncJobsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncJobsRawResource(self)

    async def cancel(self, job_id: str, **options: Unpack[RequestOptions]) -> JobCancellation:
        """Cancel a job.

        Accepted is final: a job that no worker has yet ends at once, any other when its worker next
        reports or falls silent, and nothing is charged. In its last stage, `finalizing`, a job
        cannot be canceled any more: 409.

        `POST /v1/jobs/{jobId}/cancel`, with the scope `jobs:cancel`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker
            does.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: JobCancellation = await self._client._call(
            _CANCEL, {"jobId": job_id}, options=options
        )
        return answer

    async def retrieve(self, job_id: str, **options: Unpack[RequestOptions]) -> Job:
        """Read a job.

        `stage` and `progress` say how far it is; when it is over, `result` or `error` is there.
        Send the `ETag` of the last answer as `If-None-Match` to get 304 while nothing has changed.

        `GET /v1/jobs/{jobId}`, with the scope `jobs:read`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Work in flight, or what became of it.

        Raises:
            NotFoundError: `job_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Job = await self._client._call(_RETRIEVE, {"jobId": job_id}, options=options)
        return answer


class AsyncJobsRawResource:
    """Methods of `layers.jobs` that return whole responses."""

    def __init__(self, resource: AsyncJobsResource) -> None:
        self._resource = resource
        self.cancel = async_raw(resource.cancel)
        self.retrieve = async_raw(resource.retrieve)
