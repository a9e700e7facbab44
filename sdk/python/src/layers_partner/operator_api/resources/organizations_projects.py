# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.organizations.projects`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import Project
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation("organizations.projects.list", "GET", "/ops/v1/organizations/{orgId}/projects")


class OrganizationsProjectsResource(Resource):
    """Methods of `operator.organizations.projects`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsProjectsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsProjectsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        status: Literal["active", "archived"]
        | str
        | Sequence[Literal["active", "archived"] | str]
        | NotGiven = NOT_GIVEN,
        search: str | NotGiven = NOT_GIVEN,
        customer_external_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[Project]:
        """List an organization's projects.

        As it sees them itself, newest first. A child's are its own, not its partner's.

        `GET /ops/v1/organizations/{orgId}/projects`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            search: A part of the name, whatever its case. At most 128 characters.
            customer_external_id: Only these; a list for several.
            limit: Projects on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            env: Of which of its two environments. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: where content is made and
            accounts are leased, for one app or brand.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={
                "status": status,
                "search": search,
                "customerExternalId": customer_external_id,
                "limit": limit,
                "cursor": cursor,
                "env": env,
            },
            options=options,
        )


class OrganizationsProjectsRawResource:
    """Methods of `operator.organizations.projects` that return whole responses."""

    def __init__(self, resource: OrganizationsProjectsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncOrganizationsProjectsResource(AsyncResource):
    """Methods of `operator.organizations.projects`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsProjectsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsProjectsRawResource(self)

    def list(
        self,
        org_id: str,
        *,
        status: Literal["active", "archived"]
        | str
        | Sequence[Literal["active", "archived"] | str]
        | NotGiven = NOT_GIVEN,
        search: str | NotGiven = NOT_GIVEN,
        customer_external_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[Project]:
        """List an organization's projects.

        As it sees them itself, newest first. A child's are its own, not its partner's.

        `GET /ops/v1/organizations/{orgId}/projects`, with the role `viewer`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            search: A part of the name, whatever its case. At most 128 characters.
            customer_external_id: Only these; a list for several.
            limit: Projects on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            env: Of which of its two environments. Default: `live`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: where
            content is made and accounts are leased, for one app or brand.

        Raises:
            NotFoundError: `org_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"orgId": org_id},
            query={
                "status": status,
                "search": search,
                "customerExternalId": customer_external_id,
                "limit": limit,
                "cursor": cursor,
                "env": env,
            },
            options=options,
        )


class AsyncOrganizationsProjectsRawResource:
    """Methods of `operator.organizations.projects` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsProjectsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
