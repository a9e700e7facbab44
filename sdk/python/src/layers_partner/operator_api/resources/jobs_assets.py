# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
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
    from layers_partner.options import AsyncUploadContent, RequestOptions, UploadContent

_UPLOAD = Operation("jobs.assets.upload", "PUT", "/ops/v1/jobs/{jobId}/assets/{name}")


class JobsAssets(Resource):
    """Methods of `operator.jobs.assets`."""

    @cached_property
    def with_raw_response(self) -> JobsAssetsRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return JobsAssetsRaw(self)

    def upload(
        self, job_id: str, name: str, *, content: UploadContent, **options: Unpack[RequestOptions]
    ) -> UploadedFile:
        """Upload one file of a job.

        The body is the file, at most 100 MB (104,857,600 bytes), whatever its type. The headers
        `X-Worker-Id` and `X-Claim-Token` name the claim, as the body of a heartbeat does; a claim
        that is not the current one is 409. A second file of the same name replaces the first. What
        is stored becomes an asset when the job is completed with its name, size and SHA-256.

        `PUT /ops/v1/jobs/{jobId}/assets/{name}`, with the role `worker`.

        Args:
            job_id: `job_` and a ULID, or the bare ULID. Such as `job_01K0EJRPVYF888RF9FDTD4P705`.
            name: The name.
            content: What to upload.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A file as it was stored.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            PayloadTooLargeError: The request body is larger than 256 KiB.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: UploadedFile = self._client._upload(
            _UPLOAD,
            {"jobId": job_id, "name": name},
            content=content,
            content_type="application/octet-stream",
            options=options,
        )
        return answer


class JobsAssetsRaw:
    """Methods of `operator.jobs.assets` that return whole responses."""

    def __init__(self, resource: JobsAssets) -> None:
        self._resource = resource
        self.upload = raw(resource.upload)


class AsyncJobsAssets(AsyncResource):
    """Methods of `operator.jobs.assets`."""

    @cached_property
    def with_raw_response(self) -> AsyncJobsAssetsRaw:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncJobsAssetsRaw(self)

    async def upload(
        self,
        job_id: str,
        name: str,
        *,
        content: AsyncUploadContent,
        **options: Unpack[RequestOptions],
    ) -> UploadedFile:
        """Upload one file of a job.

        The body is the file, at most 100 MB (104,857,600 bytes), whatever its type. The headers
        `X-Worker-Id` and `X-Claim-Token` name the claim, as the body of a heartbeat does; a claim
        that is not the current one is 409. A second file of the same name replaces the first. What
        is stored becomes an asset when the job is completed with its name, size and SHA-256.

        `PUT /ops/v1/jobs/{jobId}/assets/{name}`, with the role `worker`.

        Args:
            job_id: `job_` and a ULID, or the bare ULID. Such as `job_01K0EJRPVYF888RF9FDTD4P705`.
            name: The name.
            content: What to upload.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A file as it was stored.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            PayloadTooLargeError: The request body is larger than 256 KiB.
            ValidationError: A part of the request is malformed; details.issues names every problem.
        """
        answer: UploadedFile = await self._client._upload(
            _UPLOAD,
            {"jobId": job_id, "name": name},
            content=content,
            content_type="application/octet-stream",
            options=options,
        )
        return answer


class AsyncJobsAssetsRaw:
    """Methods of `operator.jobs.assets` that return whole responses."""

    def __init__(self, resource: AsyncJobsAssets) -> None:
        self._resource = resource
        self.upload = async_raw(resource.upload)
