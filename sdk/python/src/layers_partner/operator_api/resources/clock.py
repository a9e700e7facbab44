# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.clock`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Unpack

    from layers_partner.operator_api.types import InstallationClock
    from layers_partner.options import OperatorRequestOptions

_ADVANCE = Operation("clock.advance", "POST", "/ops/v1/clock")
_RETRIEVE = Operation("clock.retrieve", "GET", "/ops/v1/clock")


class ClockResource(Resource):
    """Methods of `operator.clock`."""

    @cached_property
    def with_raw_response(self) -> ClockRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ClockRawResource(self)

    def advance(
        self, *, advance_to: str | datetime, **options: Unpack[OperatorRequestOptions]
    ) -> InstallationClock:
        """Advance the clock.

        Moves the installation's time forward, for every process, and does what becomes due. Answers
        when all of it is done: periods have ended, jobs have expired, each in its turn. 404 outside
        development mode; 409 on a database that a server outside development mode was started on,
        and then nothing is moved; 503 when somebody holds a lock of what is due for long, and then
        time stands at the moment at which that is due.

        `POST /ops/v1/clock`, with the role `admin`.

        Args:
            advance_to: Later than now, by at most 24 months. Example: `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The installation's time.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: InstallationClock = self._client._call(
            _ADVANCE, {}, body={"advanceTo": advance_to}, options=options
        )
        return answer

    def retrieve(self, **options: Unpack[OperatorRequestOptions]) -> InstallationClock:
        """Read the clock.

        The installation's time. 404 outside development mode.

        `GET /ops/v1/clock`, with the role `admin`.

        Args:
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The installation's time.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
        """
        answer: InstallationClock = self._client._call(_RETRIEVE, {}, options=options)
        return answer


class ClockRawResource:
    """Methods of `operator.clock` that return whole responses."""

    def __init__(self, resource: ClockResource) -> None:
        self._resource = resource
        self.advance = raw(resource.advance)
        self.retrieve = raw(resource.retrieve)


class AsyncClockResource(AsyncResource):
    """Methods of `operator.clock`."""

    @cached_property
    def with_raw_response(self) -> AsyncClockRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncClockRawResource(self)

    async def advance(
        self, *, advance_to: str | datetime, **options: Unpack[OperatorRequestOptions]
    ) -> InstallationClock:
        """Advance the clock.

        Moves the installation's time forward, for every process, and does what becomes due. Answers
        when all of it is done: periods have ended, jobs have expired, each in its turn. 404 outside
        development mode; 409 on a database that a server outside development mode was started on,
        and then nothing is moved; 503 when somebody holds a lock of what is due for long, and then
        time stands at the moment at which that is due.

        `POST /ops/v1/clock`, with the role `admin`.

        Args:
            advance_to: Later than now, by at most 24 months. Example: `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The installation's time.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: InstallationClock = await self._client._call(
            _ADVANCE, {}, body={"advanceTo": advance_to}, options=options
        )
        return answer

    async def retrieve(self, **options: Unpack[OperatorRequestOptions]) -> InstallationClock:
        """Read the clock.

        The installation's time. 404 outside development mode.

        `GET /ops/v1/clock`, with the role `admin`.

        Args:
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The installation's time.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
        """
        answer: InstallationClock = await self._client._call(_RETRIEVE, {}, options=options)
        return answer


class AsyncClockRawResource:
    """Methods of `operator.clock` that return whole responses."""

    def __init__(self, resource: AsyncClockResource) -> None:
        self._resource = resource
        self.advance = async_raw(resource.advance)
        self.retrieve = async_raw(resource.retrieve)
