# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.jobs`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Literal, Unpack

    from layers_partner.operator_api.resources.jobs_assets import (
        AsyncJobsAssetsRawResource,
        AsyncJobsAssetsResource,
        JobsAssetsRawResource,
        JobsAssetsResource,
    )
    from layers_partner.operator_api.types import (
        ClaimedJobs,
        CompletionItem,
        CompletionReports,
        HeartbeatAnswer,
        HeartbeatItem,
        HeartbeatReports,
        JobCancellation,
        JobContent,
        JobHistory,
        JobsSummary,
        OpsJob,
        ReportedAsset,
        ReportedEnd,
        StartedJob,
    )
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_CANCEL = Operation("jobs.cancel", "POST", "/ops/v1/jobs/{jobId}/cancel")
_CLAIM = Operation("jobs.claim", "POST", "/ops/v1/jobs/claim")
_COMPLETE = Operation("jobs.complete", "POST", "/ops/v1/jobs/{jobId}/complete")
_COMPLETE_MANY = Operation("jobs.complete_many", "POST", "/ops/v1/jobs/complete")
_FAIL = Operation("jobs.fail", "POST", "/ops/v1/jobs/{jobId}/fail")
_HEARTBEAT = Operation("jobs.heartbeat", "POST", "/ops/v1/jobs/{jobId}/heartbeat")
_HEARTBEAT_MANY = Operation("jobs.heartbeat_many", "POST", "/ops/v1/jobs/heartbeat")
_LIST = Operation("jobs.list", "GET", "/ops/v1/jobs")
_RETRIEVE = Operation("jobs.retrieve", "GET", "/ops/v1/jobs/{jobId}")
_RETRIEVE_CONTENT = Operation("jobs.retrieve_content", "GET", "/ops/v1/jobs/{jobId}/content")
_RETRIEVE_HISTORY = Operation("jobs.retrieve_history", "GET", "/ops/v1/jobs/{jobId}/history")
_RETRY = Operation("jobs.retry", "POST", "/ops/v1/jobs/{jobId}/retry")
_SUMMARY = Operation("jobs.summary", "GET", "/ops/v1/jobs/summary")


class JobsResource(Resource):
    """Methods of `operator.jobs`."""

    @cached_property
    def assets(self) -> JobsAssetsResource:
        """`operator.jobs.assets`.

        Has `upload`.
        """
        from layers_partner.operator_api.resources.jobs_assets import JobsAssetsResource

        return JobsAssetsResource(self._client)

    @cached_property
    def with_raw_response(self) -> JobsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return JobsRawResource(self)

    def cancel(self, job_id: str, **options: Unpack[OperatorRequestOptions]) -> JobCancellation:
        """Cancel a partner's job.

        As the partner itself could.

        `POST /ops/v1/jobs/{jobId}/cancel`, with the role `operator`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker
            does.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: JobCancellation = self._client._call(_CANCEL, {"jobId": job_id}, options=options)
        return answer

    def claim(
        self,
        *,
        worker_id: str,
        formats: Sequence[
            Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
            | str
        ],
        lease_seconds: int,
        max: int,
        wait_seconds: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> ClaimedJobs:
        """Claim jobs.

        Gives waiting jobs to a worker, of each partner in turn, the oldest first. With
        `wait_seconds` the answer comes as soon as there is a job, or empty after that time, or
        sooner when the server is about to stop. A worker keeps a job by its heartbeats; silent for
        `lease_seconds`, it loses it. After three tries a job fails.

        `POST /ops/v1/jobs/claim`, with the role `worker`.

        Args:
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            formats: What it can make. At most 16 of them.
            lease_seconds: How long it may be silent before it loses the job. From 10 to 900.
            max: How many jobs it takes. From 1 to 50.
            wait_seconds: How long to wait for a job if there is none. From 0 to 20.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The jobs that were claimed; none when there are none.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ClaimedJobs = self._client._call(
            _CLAIM,
            {},
            body={
                "workerId": worker_id,
                "formats": formats,
                "leaseSeconds": lease_seconds,
                "max": max,
                "waitSeconds": wait_seconds,
            },
            options=options,
        )
        return answer

    def complete(
        self,
        job_id: str,
        *,
        claim_token: str,
        credits_charged: int,
        assets: Sequence[ReportedAsset],
        worker_id: str,
        **options: Unpack[OperatorRequestOptions],
    ) -> ReportedEnd:
        """Complete a job.

        Charges what it cost, at most what was reserved, and frees the rest. Every file must have
        been uploaded during this claim. If a cancel was accepted, the job ends as canceled and
        costs nothing. The same report again gets the same answer.

        `POST /ops/v1/jobs/{jobId}/complete`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits_charged: What it cost, at most what was reserved.
            assets: What it made. At most 200 of them.
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What became of a job: `running` when it will be tried again, `canceled` when it was.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ReportedEnd = self._client._call(
            _COMPLETE,
            {"jobId": job_id},
            body={
                "claimToken": claim_token,
                "creditsCharged": credits_charged,
                "assets": assets,
                "workerId": worker_id,
            },
            options=options,
        )
        return answer

    def complete_many(
        self,
        *,
        worker_id: str,
        items: Sequence[CompletionItem],
        **options: Unpack[OperatorRequestOptions],
    ) -> CompletionReports:
        """Complete several jobs.

        What the completion of each of them would do; those of one partner are charged in one
        commit. The answer has an item for each, in the same order: `status` is 200 with the `body`
        that the completion of this job alone is answered, or the status of its `error`. One that is
        refused leaves the others alone. With an `Idempotency-Key`, a repetition gets the same
        answer for every item that was done, and tries those again that were refused; the same
        completion of a job gets the same answer without a key too.

        `POST /ops/v1/jobs/complete`, with the role `worker`.

        Args:
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            items: With at most 400 assets in all of them. At most 50 of them.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The answer to each completion, in their order.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CompletionReports = self._client._call(
            _COMPLETE_MANY, {}, body={"workerId": worker_id, "items": items}, options=options
        )
        return answer

    def fail(
        self,
        job_id: str,
        *,
        worker_id: str,
        claim_token: str,
        code: str,
        message: str,
        retryable: bool,
        **options: Unpack[OperatorRequestOptions],
    ) -> ReportedEnd:
        """Report that a job cannot be done.

        If another try may help, it goes back into the queue, up to three tries in all; else it
        fails. Either way nothing is charged.

        `POST /ops/v1/jobs/{jobId}/fail`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            code: What went wrong, for programs. Example: `SOURCE_NOT_FOUND`.
            message: The partner sees it. At most 2,000 characters. Example: `The source video does
                not exist any more.`.
            retryable: Whether another try may help.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What became of a job: `running` when it will be tried again, `canceled` when it was.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ReportedEnd = self._client._call(
            _FAIL,
            {"jobId": job_id},
            body={
                "workerId": worker_id,
                "claimToken": claim_token,
                "code": code,
                "message": message,
                "retryable": retryable,
            },
            options=options,
        )
        return answer

    def heartbeat(
        self,
        job_id: str,
        *,
        claim_token: str,
        worker_id: str,
        stage: Literal["finalizing", "generating", "processing", "rendering", "uploading"]
        | str
        | NotGiven
        | None = NOT_GIVEN,
        progress: float | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> HeartbeatAnswer:
        """Report that the work goes on.

        Extends the claim by its `leaseSeconds`. Neither progress nor stage goes back, since reports
        may arrive late: less progress, or an earlier stage, than before changes nothing. `queued`
        before a claim and `completed` after it are not a worker's to report.

        `POST /ops/v1/jobs/{jobId}/heartbeat`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            stage: What is being done, in this order; any of them may be left out. An earlier one
                than before changes nothing. In `finalizing` a job cannot be canceled any more.
                Example: `rendering`.
            progress: How much is done. From 0 to 1.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How long the claim lasts now, and whether there is a reason to go on.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: HeartbeatAnswer = self._client._call(
            _HEARTBEAT,
            {"jobId": job_id},
            body={
                "claimToken": claim_token,
                "workerId": worker_id,
                "stage": stage,
                "progress": progress,
            },
            options=options,
        )
        return answer

    def heartbeat_many(
        self,
        *,
        worker_id: str,
        items: Sequence[HeartbeatItem],
        **options: Unpack[OperatorRequestOptions],
    ) -> HeartbeatReports:
        """Report that the work on several jobs goes on.

        What a heartbeat of each of them would do. The answer has an item for each, in the same
        order: `status` is 200 with the `body` that a heartbeat of this job alone is answered, or
        the status of its `error`. One that is refused leaves the others alone. With an
        `Idempotency-Key`, a repetition gets the same answer for every item that was done, and tries
        those again that were refused.

        `POST /ops/v1/jobs/heartbeat`, with the role `worker`.

        Args:
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            items: One for each job. At most 50 of them.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The answer to each heartbeat, in their order.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: HeartbeatReports = self._client._call(
            _HEARTBEAT_MANY, {}, body={"workerId": worker_id, "items": items}, options=options
        )
        return answer

    def list(
        self,
        *,
        status: Literal["canceled", "completed", "failed", "running"]
        | str
        | Sequence[Literal["canceled", "completed", "failed", "running"] | str]
        | NotGiven = NOT_GIVEN,
        format: Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
        | str
        | Sequence[
            Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
            | str
        ]
        | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        claimed: bool | NotGiven = NOT_GIVEN,
        worker_id: str | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[OpsJob]:
        """List jobs.

        Of all partners, newest first; `status=running` is the queue and what is being worked on,
        and `claimed=false` the queue alone, the longest waiting first. With a filter a page may
        have few items, or none, and others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/jobs`, with the role `viewer`.

        Args:
            status: Only these; a list for several.
            format: Only these; a list for several.
            organization_id: Id of the organization. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            claimed: Of those that run. `false`: only those that wait for a worker, the longest
                waiting first; `true`: only those that a worker has.
            worker_id: Only those that it has, or had last. At most 128 characters.
            since: Asked for then or later. Example: `2026-06-01T00:00:00.000Z`.
            limit: Jobs on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a job, who works on it,
            and why it failed.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "format": format,
                "organizationId": organization_id,
                "claimed": claimed,
                "workerId": worker_id,
                "since": since,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def retrieve(self, job_id: str, **options: Unpack[OperatorRequestOptions]) -> OpsJob:
        """Show a job.

        `GET /ops/v1/jobs/{jobId}`, with the role `viewer`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job, who works on it, and why it failed.

        Raises:
            NotFoundError: `job_id` names nothing that exists.
        """
        answer: OpsJob = self._client._call(_RETRIEVE, {"jobId": job_id}, options=options)
        return answer

    def retrieve_content(
        self, job_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> JobContent:
        """Show what a job was given, and what it has made.

        The addresses of its files are of this server, also where files are kept in a bucket. Anyone
        can read there for one hour.

        `GET /ops/v1/jobs/{jobId}/content`, with the role `viewer`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What a job was given, and what it has made.

        Raises:
            NotFoundError: `job_id` names nothing that exists.
        """
        answer: JobContent = self._client._call(
            _RETRIEVE_CONTENT, {"jobId": job_id}, options=options
        )
        return answer

    def retrieve_history(
        self, job_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> JobHistory:
        """Show what happened to a job.

        Who started it, which workers took it and how that ended, and who ended it. It comes from
        the audit log, which is kept for 90 days.

        `GET /ops/v1/jobs/{jobId}/history`, with the role `viewer`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What happened to a job. It comes from the audit log, so of a job older than 90 days it
            is empty.

        Raises:
            NotFoundError: `job_id` names nothing that exists.
        """
        answer: JobHistory = self._client._call(
            _RETRIEVE_HISTORY, {"jobId": job_id}, options=options
        )
        return answer

    def retry(self, job_id: str, **options: Unpack[OperatorRequestOptions]) -> StartedJob:
        """Start a job again.

        What is over stays over: a new job of the same organization with the same inputs starts,
        under the same rules as if the partner had started it. Only for one that failed or was
        canceled.

        `POST /ops/v1/jobs/{jobId}/retry`, with the role `operator`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = self._client._call(_RETRY, {"jobId": job_id}, options=options)
        return answer

    def summary(self, **options: Unpack[OperatorRequestOptions]) -> JobsSummary:
        """Count the jobs that wait and run.

        Those of all partners, of live environments: how many wait for a worker and for how long,
        how many one has, and how many failed because their workers went silent.

        `GET /ops/v1/jobs/summary`, with the role `viewer`.

        Args:
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What waits for workers, what they have, and what was lost.
        """
        answer: JobsSummary = self._client._call(_SUMMARY, {}, options=options)
        return answer


class JobsRawResource:
    """Methods of `operator.jobs` that return whole responses."""

    def __init__(self, resource: JobsResource) -> None:
        self._resource = resource
        self.cancel = raw(resource.cancel)
        self.claim = raw(resource.claim)
        self.complete = raw(resource.complete)
        self.complete_many = raw(resource.complete_many)
        self.fail = raw(resource.fail)
        self.heartbeat = raw(resource.heartbeat)
        self.heartbeat_many = raw(resource.heartbeat_many)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)
        self.retrieve_content = raw(resource.retrieve_content)
        self.retrieve_history = raw(resource.retrieve_history)
        self.retry = raw(resource.retry)
        self.summary = raw(resource.summary)

    @cached_property
    def assets(self) -> JobsAssetsRawResource:
        """`operator.jobs.assets`, whose methods return whole responses."""
        return self._resource.assets.with_raw_response


class AsyncJobsResource(AsyncResource):
    """Methods of `operator.jobs`."""

    @cached_property
    def assets(self) -> AsyncJobsAssetsResource:
        """`operator.jobs.assets`.

        Has `upload`.
        """
        from layers_partner.operator_api.resources.jobs_assets import AsyncJobsAssetsResource

        return AsyncJobsAssetsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncJobsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncJobsRawResource(self)

    async def cancel(
        self, job_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> JobCancellation:
        """Cancel a partner's job.

        As the partner itself could.

        `POST /ops/v1/jobs/{jobId}/cancel`, with the role `operator`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Whether a cancel was accepted. If it was, the job ends as canceled, whatever its worker
            does.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: JobCancellation = await self._client._call(
            _CANCEL, {"jobId": job_id}, options=options
        )
        return answer

    async def claim(
        self,
        *,
        worker_id: str,
        formats: Sequence[
            Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
            | str
        ],
        lease_seconds: int,
        max: int,
        wait_seconds: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> ClaimedJobs:
        """Claim jobs.

        Gives waiting jobs to a worker, of each partner in turn, the oldest first. With
        `wait_seconds` the answer comes as soon as there is a job, or empty after that time, or
        sooner when the server is about to stop. A worker keeps a job by its heartbeats; silent for
        `lease_seconds`, it loses it. After three tries a job fails.

        `POST /ops/v1/jobs/claim`, with the role `worker`.

        Args:
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            formats: What it can make. At most 16 of them.
            lease_seconds: How long it may be silent before it loses the job. From 10 to 900.
            max: How many jobs it takes. From 1 to 50.
            wait_seconds: How long to wait for a job if there is none. From 0 to 20.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The jobs that were claimed; none when there are none.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ClaimedJobs = await self._client._call(
            _CLAIM,
            {},
            body={
                "workerId": worker_id,
                "formats": formats,
                "leaseSeconds": lease_seconds,
                "max": max,
                "waitSeconds": wait_seconds,
            },
            options=options,
        )
        return answer

    async def complete(
        self,
        job_id: str,
        *,
        claim_token: str,
        credits_charged: int,
        assets: Sequence[ReportedAsset],
        worker_id: str,
        **options: Unpack[OperatorRequestOptions],
    ) -> ReportedEnd:
        """Complete a job.

        Charges what it cost, at most what was reserved, and frees the rest. Every file must have
        been uploaded during this claim. If a cancel was accepted, the job ends as canceled and
        costs nothing. The same report again gets the same answer.

        `POST /ops/v1/jobs/{jobId}/complete`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            credits_charged: What it cost, at most what was reserved.
            assets: What it made. At most 200 of them.
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What became of a job: `running` when it will be tried again, `canceled` when it was.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ReportedEnd = await self._client._call(
            _COMPLETE,
            {"jobId": job_id},
            body={
                "claimToken": claim_token,
                "creditsCharged": credits_charged,
                "assets": assets,
                "workerId": worker_id,
            },
            options=options,
        )
        return answer

    async def complete_many(
        self,
        *,
        worker_id: str,
        items: Sequence[CompletionItem],
        **options: Unpack[OperatorRequestOptions],
    ) -> CompletionReports:
        """Complete several jobs.

        What the completion of each of them would do; those of one partner are charged in one
        commit. The answer has an item for each, in the same order: `status` is 200 with the `body`
        that the completion of this job alone is answered, or the status of its `error`. One that is
        refused leaves the others alone. With an `Idempotency-Key`, a repetition gets the same
        answer for every item that was done, and tries those again that were refused; the same
        completion of a job gets the same answer without a key too.

        `POST /ops/v1/jobs/complete`, with the role `worker`.

        Args:
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            items: With at most 400 assets in all of them. At most 50 of them.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The answer to each completion, in their order.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: CompletionReports = await self._client._call(
            _COMPLETE_MANY, {}, body={"workerId": worker_id, "items": items}, options=options
        )
        return answer

    async def fail(
        self,
        job_id: str,
        *,
        worker_id: str,
        claim_token: str,
        code: str,
        message: str,
        retryable: bool,
        **options: Unpack[OperatorRequestOptions],
    ) -> ReportedEnd:
        """Report that a job cannot be done.

        If another try may help, it goes back into the queue, up to three tries in all; else it
        fails. Either way nothing is charged.

        `POST /ops/v1/jobs/{jobId}/fail`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            code: What went wrong, for programs. Example: `SOURCE_NOT_FOUND`.
            message: The partner sees it. At most 2,000 characters. Example: `The source video does
                not exist any more.`.
            retryable: Whether another try may help.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What became of a job: `running` when it will be tried again, `canceled` when it was.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ReportedEnd = await self._client._call(
            _FAIL,
            {"jobId": job_id},
            body={
                "workerId": worker_id,
                "claimToken": claim_token,
                "code": code,
                "message": message,
                "retryable": retryable,
            },
            options=options,
        )
        return answer

    async def heartbeat(
        self,
        job_id: str,
        *,
        claim_token: str,
        worker_id: str,
        stage: Literal["finalizing", "generating", "processing", "rendering", "uploading"]
        | str
        | NotGiven
        | None = NOT_GIVEN,
        progress: float | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> HeartbeatAnswer:
        """Report that the work goes on.

        Extends the claim by its `leaseSeconds`. Neither progress nor stage goes back, since reports
        may arrive late: less progress, or an earlier stage, than before changes nothing. `queued`
        before a claim and `completed` after it are not a worker's to report.

        `POST /ops/v1/jobs/{jobId}/heartbeat`, with the role `worker`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            claim_token: Of the claim, as it was answered. Example:
                `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            stage: What is being done, in this order; any of them may be left out. An earlier one
                than before changes nothing. In `finalizing` a job cannot be canceled any more.
                Example: `rendering`.
            progress: How much is done. From 0 to 1.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How long the claim lasts now, and whether there is a reason to go on.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: HeartbeatAnswer = await self._client._call(
            _HEARTBEAT,
            {"jobId": job_id},
            body={
                "claimToken": claim_token,
                "workerId": worker_id,
                "stage": stage,
                "progress": progress,
            },
            options=options,
        )
        return answer

    async def heartbeat_many(
        self,
        *,
        worker_id: str,
        items: Sequence[HeartbeatItem],
        **options: Unpack[OperatorRequestOptions],
    ) -> HeartbeatReports:
        """Report that the work on several jobs goes on.

        What a heartbeat of each of them would do. The answer has an item for each, in the same
        order: `status` is 200 with the `body` that a heartbeat of this job alone is answered, or
        the status of its `error`. One that is refused leaves the others alone. With an
        `Idempotency-Key`, a repetition gets the same answer for every item that was done, and tries
        those again that were refused.

        `POST /ops/v1/jobs/heartbeat`, with the role `worker`.

        Args:
            worker_id: Who works, by a name of its own choice. At most 128 characters. Example:
                `worker-1`.
            items: One for each job. At most 50 of them.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The answer to each heartbeat, in their order.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: HeartbeatReports = await self._client._call(
            _HEARTBEAT_MANY, {}, body={"workerId": worker_id, "items": items}, options=options
        )
        return answer

    def list(
        self,
        *,
        status: Literal["canceled", "completed", "failed", "running"]
        | str
        | Sequence[Literal["canceled", "completed", "failed", "running"] | str]
        | NotGiven = NOT_GIVEN,
        format: Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
        | str
        | Sequence[
            Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
            | str
        ]
        | NotGiven = NOT_GIVEN,
        organization_id: str | NotGiven = NOT_GIVEN,
        claimed: bool | NotGiven = NOT_GIVEN,
        worker_id: str | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[OpsJob]:
        """List jobs.

        Of all partners, newest first; `status=running` is the queue and what is being worked on,
        and `claimed=false` the queue alone, the longest waiting first. With a filter a page may
        have few items, or none, and others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/jobs`, with the role `viewer`.

        Args:
            status: Only these; a list for several.
            format: Only these; a list for several.
            organization_id: Id of the organization. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            claimed: Of those that run. `false`: only those that wait for a worker, the longest
                waiting first; `true`: only those that a worker has.
            worker_id: Only those that it has, or had last. At most 128 characters.
            since: Asked for then or later. Example: `2026-06-01T00:00:00.000Z`.
            limit: Jobs on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            job, who works on it, and why it failed.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "format": format,
                "organizationId": organization_id,
                "claimed": claimed,
                "workerId": worker_id,
                "since": since,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def retrieve(self, job_id: str, **options: Unpack[OperatorRequestOptions]) -> OpsJob:
        """Show a job.

        `GET /ops/v1/jobs/{jobId}`, with the role `viewer`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job, who works on it, and why it failed.

        Raises:
            NotFoundError: `job_id` names nothing that exists.
        """
        answer: OpsJob = await self._client._call(_RETRIEVE, {"jobId": job_id}, options=options)
        return answer

    async def retrieve_content(
        self, job_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> JobContent:
        """Show what a job was given, and what it has made.

        The addresses of its files are of this server, also where files are kept in a bucket. Anyone
        can read there for one hour.

        `GET /ops/v1/jobs/{jobId}/content`, with the role `viewer`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What a job was given, and what it has made.

        Raises:
            NotFoundError: `job_id` names nothing that exists.
        """
        answer: JobContent = await self._client._call(
            _RETRIEVE_CONTENT, {"jobId": job_id}, options=options
        )
        return answer

    async def retrieve_history(
        self, job_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> JobHistory:
        """Show what happened to a job.

        Who started it, which workers took it and how that ended, and who ended it. It comes from
        the audit log, which is kept for 90 days.

        `GET /ops/v1/jobs/{jobId}/history`, with the role `viewer`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What happened to a job. It comes from the audit log, so of a job older than 90 days it
            is empty.

        Raises:
            NotFoundError: `job_id` names nothing that exists.
        """
        answer: JobHistory = await self._client._call(
            _RETRIEVE_HISTORY, {"jobId": job_id}, options=options
        )
        return answer

    async def retry(self, job_id: str, **options: Unpack[OperatorRequestOptions]) -> StartedJob:
        """Start a job again.

        What is over stays over: a new job of the same organization with the same inputs starts,
        under the same rules as if the partner had started it. Only for one that failed or was
        canceled.

        `POST /ops/v1/jobs/{jobId}/retry`, with the role `operator`.

        Args:
            job_id: Id of the job. Example: `job_01K0EJRPVYF888RF9FDTD4P705`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `job_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = await self._client._call(_RETRY, {"jobId": job_id}, options=options)
        return answer

    async def summary(self, **options: Unpack[OperatorRequestOptions]) -> JobsSummary:
        """Count the jobs that wait and run.

        Those of all partners, of live environments: how many wait for a worker and for how long,
        how many one has, and how many failed because their workers went silent.

        `GET /ops/v1/jobs/summary`, with the role `viewer`.

        Args:
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            What waits for workers, what they have, and what was lost.
        """
        answer: JobsSummary = await self._client._call(_SUMMARY, {}, options=options)
        return answer


class AsyncJobsRawResource:
    """Methods of `operator.jobs` that return whole responses."""

    def __init__(self, resource: AsyncJobsResource) -> None:
        self._resource = resource
        self.cancel = async_raw(resource.cancel)
        self.claim = async_raw(resource.claim)
        self.complete = async_raw(resource.complete)
        self.complete_many = async_raw(resource.complete_many)
        self.fail = async_raw(resource.fail)
        self.heartbeat = async_raw(resource.heartbeat)
        self.heartbeat_many = async_raw(resource.heartbeat_many)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
        self.retrieve_content = async_raw(resource.retrieve_content)
        self.retrieve_history = async_raw(resource.retrieve_history)
        self.retry = async_raw(resource.retry)
        self.summary = async_raw(resource.summary)

    @cached_property
    def assets(self) -> AsyncJobsAssetsRawResource:
        """`operator.jobs.assets`, whose methods return whole responses."""
        return self._resource.assets.with_raw_response
