"""Waiting for a job to end: what `jobs` has beside its generated methods."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, cast

from layers_partner.core.answers import NOT_MODIFIED, foreign
from layers_partner.core.configuration import check_limits
from layers_partner.core.operations import Operation
from layers_partner.core.requests import Request
from layers_partner.errors import APITimeoutError, JobCanceledError, JobFailedError
from layers_partner.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.core.answers import Answer
    from layers_partner.core.configuration import Configuration
    from layers_partner.options import RequestOptions, WaitOptions
    from layers_partner.partner.types import Job

DEFAULT_WAIT_SECONDS: Final = 3600.0
FIRST_POLL_SECONDS: Final = 1.0
LONGEST_POLL_SECONDS: Final = 10.0
_GROWTH: Final = 1.5
_RETRIEVE: Final = Operation("jobs.wait", "GET", "/v1/jobs/{jobId}")


class Wait:
    """One wait: what to ask next, what an answer says, and how long to pause after it."""

    def __init__(
        self,
        configuration: Configuration,
        job_id: str,
        timeout: float,
        options: WaitOptions,
    ) -> None:
        check_limits(timeout, 0)
        if "timeout" in options or "idempotency_key" in options:
            raise TypeError("`timeout` is the only time limit of a wait, and a read has no key.")
        self._configuration = configuration
        self._job_id = job_id
        self._timeout = timeout
        self._options = options
        self._deadline = time.monotonic() + timeout
        self._pause = FIRST_POLL_SECONDS
        self._etag: str | None = None

    def request(self) -> Request:
        """Return the next request, which ends when the wait does.

        Raises:
            APITimeoutError: the wait is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._timed_out()
        timeout = min(left, self._configuration.timeout)
        options = cast("RequestOptions", {**self._options, "timeout": timeout})
        return Request(
            self._configuration,
            _RETRIEVE,
            options,
            path={"jobId": self._job_id},
            headers={"if-none-match": self._etag},
        )

    def ended(self, answer: Answer, data: Any) -> Job | None:
        """Return the job if it is completed; None while it runs.

        Raises:
            JobFailedError: it failed.
            JobCanceledError: it was canceled.
        """
        if answer.status == NOT_MODIFIED:
            return None
        if not isinstance(data, dict) or not isinstance(data.get("status"), str):
            raise foreign(answer)
        job = cast("Job", data)
        status = job["status"]
        if status == "completed":
            return job
        if status == "failed":
            error: Any = job.get("error")
            told = error if isinstance(error, dict) else {}
            raise JobFailedError(
                f"{self._job_id} failed: {told.get('code')}: {told.get('message')}", job=job
            )
        if status == "canceled":
            raise JobCanceledError(f"{self._job_id} was canceled.", job=job)
        etag = answer.headers.get("etag", "")
        # What cannot be sent back is not used.
        self._etag = etag if etag.isascii() and etag.isprintable() and etag else None
        return None

    def pause(self) -> float:
        """Return the seconds until the next request.

        Raises:
            APITimeoutError: the wait is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._timed_out()
        pause = min(self._pause, left)
        self._pause = min(LONGEST_POLL_SECONDS, self._pause * _GROWTH)
        return pause

    def late(self, error: APITimeoutError) -> None:
        """Look whether a request had no answer because the wait is over.

        Raises:
            APITimeoutError: it is.
        """
        if time.monotonic() >= self._deadline:
            raise self._timed_out() from error

    def _timed_out(self) -> APITimeoutError:
        return APITimeoutError(
            f"{self._job_id} was not over after {self._timeout:g} seconds. "
            "It goes on; wait for it again, or cancel it."
        )


class WaitingJobs(Resource):
    """Brings `wait` into `jobs`."""

    def wait(
        self,
        job_id: str,
        *,
        timeout: float = DEFAULT_WAIT_SECONDS,
        **options: Unpack[WaitOptions],
    ) -> Job:
        """Wait until a job is completed, asking for it every second and later every 10 seconds.

        An answer that says that nothing has changed has no body.

        Args:
            job_id: of the job.
            timeout: seconds until the wait is given up; the job goes on.
            **options: `organization`, `max_retries`, `extra_headers`.

        Returns:
            The completed job, with its `result`.

        Raises:
            JobFailedError: it failed; `job["error"]` of the error says why.
            JobCanceledError: it was canceled.
            APITimeoutError: it was not over in time.
            NotFoundError: there is no such job.
        """
        client = self._client
        waiting = Wait(client._configuration, job_id, timeout, options)
        while True:
            request = waiting.request()
            try:
                answer = client._answer(request)
            except APITimeoutError as error:
                waiting.late(error)
                raise
            job = waiting.ended(answer, client._data(request, answer))
            if job is not None:
                return job
            time.sleep(waiting.pause())


class AsyncWaitingJobs(AsyncResource):
    """Brings `wait` into `jobs`."""

    async def wait(
        self,
        job_id: str,
        *,
        timeout: float = DEFAULT_WAIT_SECONDS,  # noqa: ASYNC109 - the sync one has it too
        **options: Unpack[WaitOptions],
    ) -> Job:
        """Wait until a job is completed, asking for it every second and later every 10 seconds.

        An answer that says that nothing has changed has no body.

        Args:
            job_id: of the job.
            timeout: seconds until the wait is given up; the job goes on.
            **options: `organization`, `max_retries`, `extra_headers`.

        Returns:
            The completed job, with its `result`.

        Raises:
            JobFailedError: it failed; `job["error"]` of the error says why.
            JobCanceledError: it was canceled.
            APITimeoutError: it was not over in time.
            NotFoundError: there is no such job.
        """
        import asyncio

        client = self._client
        waiting = Wait(client._configuration, job_id, timeout, options)
        while True:
            request = waiting.request()
            try:
                answer = await client._answer(request)
            except APITimeoutError as error:
                waiting.late(error)
                raise
            job = waiting.ended(answer, client._data(request, answer))
            if job is not None:
                return job
            await asyncio.sleep(waiting.pause())
