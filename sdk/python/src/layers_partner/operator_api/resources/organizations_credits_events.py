# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.credits.events`."""

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

    from layers_partner.operator_api.types import OpsCreditEvent, OpsCreditEventDetail
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation(
    "organizations.credits.events.list", "GET", "/ops/v1/organizations/{orgId}/credits/events"
)
_RETRIEVE = Operation(
    "organizations.credits.events.retrieve",
    "GET",
    "/ops/v1/organizations/{orgId}/credits/events/{sequence}",
)


class OrganizationsCreditsEventsResource(Resource):
    """Methods of `operator.organizations.credits.events`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsCreditsEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsCreditsEventsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        event_type: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"]
        | str
        | Sequence[
            Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
        ]
        | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        job_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        direction: Literal["in", "out"] | str | NotGiven = NOT_GIVEN,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[OpsCreditEvent]:
        """List an organization's ledger.

        What its partner sees of it, newest first, with what each movement came from and who made
        it. In the test environment a partner has the same id, a child another one.

        `GET /ops/v1/organizations/{orgId}/credits/events`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            job_id: Only of these jobs; a list for several. Example:
                `job_01K0EJRPVYF888RF9FDTD4P705`.
            direction: Only what came in, or what went out.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a movement of credits as
            its partner sees it, with what it came from and who made it.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={
                "projectId": project_id,
                "eventType": event_type,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
                "jobId": job_id,
                "direction": direction,
                "env": env,
            },
            options=options,
        )

    def retrieve(
        self,
        org_id: str,
        sequence: int,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsCreditEventDetail:
        """Read one movement of credits.

        With what belongs with it, such as the charge and the refunds of a job.

        `GET /ops/v1/organizations/{orgId}/credits/events/{sequence}`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            sequence: The sequence. At least 1.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            One movement of credits, and what belongs with it.

        Raises:
            NotFoundError: `org_id` or `sequence` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsCreditEventDetail = self._client._call(
            _RETRIEVE, {"orgId": org_id, "sequence": sequence}, query={"env": env}, options=options
        )
        return answer


class OrganizationsCreditsEventsRawResource:
    """Methods of `operator.organizations.credits.events` that return whole responses."""

    def __init__(self, resource: OrganizationsCreditsEventsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)


class AsyncOrganizationsCreditsEventsResource(AsyncResource):
    """Methods of `operator.organizations.credits.events`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsCreditsEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsCreditsEventsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        event_type: Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"]
        | str
        | Sequence[
            Literal["adjustment", "allocation", "grant", "purchase", "refund", "usage"] | str
        ]
        | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        job_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        direction: Literal["in", "out"] | str | NotGiven = NOT_GIVEN,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[OpsCreditEvent]:
        """List an organization's ledger.

        What its partner sees of it, newest first, with what each movement came from and who made
        it. In the test environment a partner has the same id, a child another one.

        `GET /ops/v1/organizations/{orgId}/credits/events`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only these; a list for several.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            job_id: Only of these jobs; a list for several. Example:
                `job_01K0EJRPVYF888RF9FDTD4P705`.
            direction: Only what came in, or what went out.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            movement of credits as its partner sees it, with what it came from and who made it.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={
                "projectId": project_id,
                "eventType": event_type,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
                "jobId": job_id,
                "direction": direction,
                "env": env,
            },
            options=options,
        )

    async def retrieve(
        self,
        org_id: str,
        sequence: int,
        *,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OpsCreditEventDetail:
        """Read one movement of credits.

        With what belongs with it, such as the charge and the refunds of a job.

        `GET /ops/v1/organizations/{orgId}/credits/events/{sequence}`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            sequence: The sequence. At least 1.
            env: Which of its two ledgers. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            One movement of credits, and what belongs with it.

        Raises:
            NotFoundError: `org_id` or `sequence` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OpsCreditEventDetail = await self._client._call(
            _RETRIEVE, {"orgId": org_id, "sequence": sequence}, query={"env": env}, options=options
        )
        return answer


class AsyncOrganizationsCreditsEventsRawResource:
    """Methods of `operator.organizations.credits.events` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsCreditsEventsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
