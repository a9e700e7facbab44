# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.jobs.assets`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import UploadedFile
    from layers_partner.options import AsyncUploadContent, OperatorRequestOptions, UploadContent

_UPLOAD = Operation("jobs.assets.upload", "PUT", "/ops/v1/jobs/{jobId}/assets/{name}")


class JobsAssetsResource(Resource):
    """Methods of `operator.jobs.assets`."""

    @cached_property
    def with_raw_response(self) -> JobsAssetsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return JobsAssetsRawResource(self)

    def upload(
        self,
        job_id: str,
        name: str,
        *,
        worker_id: str,
        claim_token: str,
        content: UploadContent,
        **options: Unpack[OperatorRequestOptions],
    ) -> UploadedFile:
        """Upload one file of a job.

        The body is the file, at most 100 MB (104,857,600 bytes), whatever its type. `worker_id` and
        `claim_token` name the claim, as the body of a heartbeat does; a claim that is not the
        current one is 409. A second file of the same name replaces the first. What is stored
        becomes an asset when the job is completed with its name, size and SHA-256.

        `PUT /ops/v1/jobs/{jobId}/assets/{name}`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            name: The name.
            worker_id: Who holds the claim, as it was claimed. At most 128 characters.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            content: What to upload.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A file as it was stored.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` or `name` names nothing that exists.
            PayloadTooLargeError: The file is larger than 104,857,600 bytes.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: UploadedFile = self._client._upload(
            _UPLOAD,
            {"jobId": job_id, "name": name},
            headers={"X-Worker-Id": worker_id, "X-Claim-Token": claim_token},
            content=content,
            content_type="application/octet-stream",
            options=options,
        )
        return answer


class JobsAssetsRawResource:
    """Methods of `operator.jobs.assets` that return whole responses."""

    def __init__(self, resource: JobsAssetsResource) -> None:
        self._resource = resource
        self.upload = raw(resource.upload)


class AsyncJobsAssetsResource(AsyncResource):
    """Methods of `operator.jobs.assets`."""

    @cached_property
    def with_raw_response(self) -> AsyncJobsAssetsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncJobsAssetsRawResource(self)

    async def upload(
        self,
        job_id: str,
        name: str,
        *,
        worker_id: str,
        claim_token: str,
        content: AsyncUploadContent,
        **options: Unpack[OperatorRequestOptions],
    ) -> UploadedFile:
        """Upload one file of a job.

        The body is the file, at most 100 MB (104,857,600 bytes), whatever its type. `worker_id` and
        `claim_token` name the claim, as the body of a heartbeat does; a claim that is not the
        current one is 409. A second file of the same name replaces the first. What is stored
        becomes an asset when the job is completed with its name, size and SHA-256.

        `PUT /ops/v1/jobs/{jobId}/assets/{name}`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            name: The name.
            worker_id: Who holds the claim, as it was claimed. At most 128 characters.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            content: What to upload.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A file as it was stored.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` or `name` names nothing that exists.
            PayloadTooLargeError: The file is larger than 104,857,600 bytes.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: UploadedFile = await self._client._upload(
            _UPLOAD,
            {"jobId": job_id, "name": name},
            headers={"X-Worker-Id": worker_id, "X-Claim-Token": claim_token},
            content=content,
            content_type="application/octet-stream",
            options=options,
        )
        return answer


class AsyncJobsAssetsRawResource:
    """Methods of `operator.jobs.assets` that return whole responses."""

    def __init__(self, resource: AsyncJobsAssetsResource) -> None:
        self._resource = resource
        self.upload = async_raw(resource.upload)
