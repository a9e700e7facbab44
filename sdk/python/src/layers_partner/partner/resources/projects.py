# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.projects`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.types import ArchivedProject, Project

_ARCHIVE = Operation("projects.archive", "DELETE", "/v1/projects/{projectId}")
_CREATE = Operation("projects.create", "POST", "/v1/projects")
_LIST = Operation("projects.list", "GET", "/v1/projects")
_RETRIEVE = Operation("projects.retrieve", "GET", "/v1/projects/{projectId}")
_UPDATE = Operation("projects.update", "PATCH", "/v1/projects/{projectId}")


class ProjectsResource(Resource):
    """Methods of `layers.projects`."""

    @cached_property
    def with_raw_response(self) -> ProjectsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ProjectsRawResource(self)

    def archive(self, project_id: str, **options: Unpack[RequestOptions]) -> ArchivedProject:
        """Archive a project.

        It starts no more jobs and publishes no more posts. Its leases go on and renew until they
        are released, hence their count. A PATCH with `status: "active"` restores it.

        `DELETE /v1/projects/{projectId}`, with the scope `projects:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A project that was archived, and what it still costs.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ArchivedProject = self._client._call(
            _ARCHIVE, {"projectId": project_id}, options=options
        )
        return answer

    def create(
        self,
        *,
        name: str,
        timezone: str,
        customer_external_id: str | NotGiven | None = NOT_GIVEN,
        primary_language: str | NotGiven = NOT_GIVEN,
        owner_email: str | NotGiven | None = NOT_GIVEN,
        app_name: str | NotGiven | None = NOT_GIVEN,
        app_description: str | NotGiven | None = NOT_GIVEN,
        tagline: str | NotGiven | None = NOT_GIVEN,
        brand_voice: Literal["authentic", "casual", "educational", "professional", "warm", "witty"]
        | str
        | NotGiven
        | None = NOT_GIVEN,
        target_gender: Literal["all", "female", "male"] | str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Project:
        """Create a project.

        A `customer_external_id` that another of your projects has is 409.

        `POST /v1/projects`, with the scope `projects:write`.

        Args:
            name: The app or brand. At most 128 characters. Example: `Spring launch`.
            timezone: A zone of IANA's database, spelt as there. At most 64 characters. Example:
                `Europe/Lisbon`.
            customer_external_id: Your own id; unique among your projects. At most 255 characters.
            primary_language: BCP 47 language tag, of registered parts. At most 35 characters.
                Default: `en`. Example: `en`.
            owner_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            app_name: The app that content is about. From 3 to 30 characters.
            app_description: What the app does. From 100 to 1,000 characters.
            tagline: What the app promises, in a few words. At most 80 characters.
            brand_voice: How texts should sound.
            target_gender: Whom content should speak to.
            metadata: Any JSON object of at most 8 KiB. A PATCH replaces it whole.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where content is made and accounts are leased, for one app or brand.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Project = self._client._call(
            _CREATE,
            {},
            body={
                "name": name,
                "timezone": timezone,
                "customerExternalId": customer_external_id,
                "primaryLanguage": primary_language,
                "ownerEmail": owner_email,
                "appName": app_name,
                "appDescription": app_description,
                "tagline": tagline,
                "brandVoice": brand_voice,
                "targetGender": target_gender,
                "metadata": metadata,
            },
            options=options,
        )
        return answer

    def list(
        self,
        *,
        status: Literal["active", "archived"]
        | str
        | Sequence[Literal["active", "archived"] | str]
        | NotGiven = NOT_GIVEN,
        search: str | NotGiven = NOT_GIVEN,
        customer_external_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[Project]:
        """List projects.

        Newest first.

        `GET /v1/projects`, with the scope `projects:read`.

        Args:
            status: Only these; a list for several.
            search: A part of the name, whatever its case. At most 128 characters.
            customer_external_id: Only these; a list for several.
            limit: Projects on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: where content is made and
            accounts are leased, for one app or brand.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "search": search,
                "customerExternalId": customer_external_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def retrieve(self, project_id: str, **options: Unpack[RequestOptions]) -> Project:
        """Read a project.

        `GET /v1/projects/{projectId}`, with the scope `projects:read`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where content is made and accounts are leased, for one app or brand.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Project = self._client._call(_RETRIEVE, {"projectId": project_id}, options=options)
        return answer

    def update(
        self,
        project_id: str,
        *,
        name: str | NotGiven = NOT_GIVEN,
        timezone: str | NotGiven = NOT_GIVEN,
        customer_external_id: str | NotGiven | None = NOT_GIVEN,
        primary_language: str | NotGiven = NOT_GIVEN,
        owner_email: str | NotGiven | None = NOT_GIVEN,
        app_name: str | NotGiven | None = NOT_GIVEN,
        app_description: str | NotGiven | None = NOT_GIVEN,
        tagline: str | NotGiven | None = NOT_GIVEN,
        brand_voice: Literal["authentic", "casual", "educational", "professional", "warm", "witty"]
        | str
        | NotGiven
        | None = NOT_GIVEN,
        target_gender: Literal["all", "female", "male"] | str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        status: Literal["active", "archived"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Project:
        """Change a project.

        What is left out stays. `status: "active"` restores an archived project.

        `PATCH /v1/projects/{projectId}`, with the scope `projects:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            name: The app or brand. At most 128 characters. Example: `Summer launch`.
            timezone: A zone of IANA's database, spelt as there. At most 64 characters. Example:
                `Europe/Lisbon`.
            customer_external_id: Your own id; unique among your projects. At most 255 characters.
                Example: `customer-4711`.
            primary_language: BCP 47 language tag, of registered parts. At most 35 characters.
                Example: `en`.
            owner_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            app_name: The app that content is about. From 3 to 30 characters. Example: `Corner
                Coffee`.
            app_description: What the app does. From 100 to 1,000 characters. Example: `Corner
                Coffee finds the best coffee within ten minutes of wherever you are, and tells you
                when the queue is short.`.
            tagline: What the app promises, in a few words. At most 80 characters. Example: `Good
                coffee, near you`.
            brand_voice: How texts should sound.
            target_gender: Whom content should speak to.
            metadata: Any JSON object of at most 8 KiB. A PATCH replaces it whole.
            status: `archived` archives it, `active` restores it.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where content is made and accounts are leased, for one app or brand.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Project = self._client._call(
            _UPDATE,
            {"projectId": project_id},
            body={
                "name": name,
                "timezone": timezone,
                "customerExternalId": customer_external_id,
                "primaryLanguage": primary_language,
                "ownerEmail": owner_email,
                "appName": app_name,
                "appDescription": app_description,
                "tagline": tagline,
                "brandVoice": brand_voice,
                "targetGender": target_gender,
                "metadata": metadata,
                "status": status,
            },
            options=options,
        )
        return answer


class ProjectsRawResource:
    """Methods of `layers.projects` that return whole responses."""

    def __init__(self, resource: ProjectsResource) -> None:
        self._resource = resource
        self.archive = raw(resource.archive)
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)
        self.update = raw(resource.update)


class AsyncProjectsResource(AsyncResource):
    """Methods of `layers.projects`."""

    @cached_property
    def with_raw_response(self) -> AsyncProjectsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncProjectsRawResource(self)

    async def archive(self, project_id: str, **options: Unpack[RequestOptions]) -> ArchivedProject:
        """Archive a project.

        It starts no more jobs and publishes no more posts. Its leases go on and renew until they
        are released, hence their count. A PATCH with `status: "active"` restores it.

        `DELETE /v1/projects/{projectId}`, with the scope `projects:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A project that was archived, and what it still costs.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ArchivedProject = await self._client._call(
            _ARCHIVE, {"projectId": project_id}, options=options
        )
        return answer

    async def create(
        self,
        *,
        name: str,
        timezone: str,
        customer_external_id: str | NotGiven | None = NOT_GIVEN,
        primary_language: str | NotGiven = NOT_GIVEN,
        owner_email: str | NotGiven | None = NOT_GIVEN,
        app_name: str | NotGiven | None = NOT_GIVEN,
        app_description: str | NotGiven | None = NOT_GIVEN,
        tagline: str | NotGiven | None = NOT_GIVEN,
        brand_voice: Literal["authentic", "casual", "educational", "professional", "warm", "witty"]
        | str
        | NotGiven
        | None = NOT_GIVEN,
        target_gender: Literal["all", "female", "male"] | str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Project:
        """Create a project.

        A `customer_external_id` that another of your projects has is 409.

        `POST /v1/projects`, with the scope `projects:write`.

        Args:
            name: The app or brand. At most 128 characters. Example: `Spring launch`.
            timezone: A zone of IANA's database, spelt as there. At most 64 characters. Example:
                `Europe/Lisbon`.
            customer_external_id: Your own id; unique among your projects. At most 255 characters.
            primary_language: BCP 47 language tag, of registered parts. At most 35 characters.
                Default: `en`. Example: `en`.
            owner_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            app_name: The app that content is about. From 3 to 30 characters.
            app_description: What the app does. From 100 to 1,000 characters.
            tagline: What the app promises, in a few words. At most 80 characters.
            brand_voice: How texts should sound.
            target_gender: Whom content should speak to.
            metadata: Any JSON object of at most 8 KiB. A PATCH replaces it whole.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where content is made and accounts are leased, for one app or brand.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Project = await self._client._call(
            _CREATE,
            {},
            body={
                "name": name,
                "timezone": timezone,
                "customerExternalId": customer_external_id,
                "primaryLanguage": primary_language,
                "ownerEmail": owner_email,
                "appName": app_name,
                "appDescription": app_description,
                "tagline": tagline,
                "brandVoice": brand_voice,
                "targetGender": target_gender,
                "metadata": metadata,
            },
            options=options,
        )
        return answer

    def list(
        self,
        *,
        status: Literal["active", "archived"]
        | str
        | Sequence[Literal["active", "archived"] | str]
        | NotGiven = NOT_GIVEN,
        search: str | NotGiven = NOT_GIVEN,
        customer_external_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[Project]:
        """List projects.

        Newest first.

        `GET /v1/projects`, with the scope `projects:read`.

        Args:
            status: Only these; a list for several.
            search: A part of the name, whatever its case. At most 128 characters.
            customer_external_id: Only these; a list for several.
            limit: Projects on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: where
            content is made and accounts are leased, for one app or brand.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "status": status,
                "search": search,
                "customerExternalId": customer_external_id,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def retrieve(self, project_id: str, **options: Unpack[RequestOptions]) -> Project:
        """Read a project.

        `GET /v1/projects/{projectId}`, with the scope `projects:read`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where content is made and accounts are leased, for one app or brand.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Project = await self._client._call(
            _RETRIEVE, {"projectId": project_id}, options=options
        )
        return answer

    async def update(
        self,
        project_id: str,
        *,
        name: str | NotGiven = NOT_GIVEN,
        timezone: str | NotGiven = NOT_GIVEN,
        customer_external_id: str | NotGiven | None = NOT_GIVEN,
        primary_language: str | NotGiven = NOT_GIVEN,
        owner_email: str | NotGiven | None = NOT_GIVEN,
        app_name: str | NotGiven | None = NOT_GIVEN,
        app_description: str | NotGiven | None = NOT_GIVEN,
        tagline: str | NotGiven | None = NOT_GIVEN,
        brand_voice: Literal["authentic", "casual", "educational", "professional", "warm", "witty"]
        | str
        | NotGiven
        | None = NOT_GIVEN,
        target_gender: Literal["all", "female", "male"] | str | NotGiven | None = NOT_GIVEN,
        metadata: Mapping[str, Any] | NotGiven | None = NOT_GIVEN,
        status: Literal["active", "archived"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Project:
        """Change a project.

        What is left out stays. `status: "active"` restores an archived project.

        `PATCH /v1/projects/{projectId}`, with the scope `projects:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            name: The app or brand. At most 128 characters. Example: `Summer launch`.
            timezone: A zone of IANA's database, spelt as there. At most 64 characters. Example:
                `Europe/Lisbon`.
            customer_external_id: Your own id; unique among your projects. At most 255 characters.
                Example: `customer-4711`.
            primary_language: BCP 47 language tag, of registered parts. At most 35 characters.
                Example: `en`.
            owner_email: One address, without a name around it. At most 254 characters. Example:
                `billing@example.com`.
            app_name: The app that content is about. From 3 to 30 characters. Example: `Corner
                Coffee`.
            app_description: What the app does. From 100 to 1,000 characters. Example: `Corner
                Coffee finds the best coffee within ten minutes of wherever you are, and tells you
                when the queue is short.`.
            tagline: What the app promises, in a few words. At most 80 characters. Example: `Good
                coffee, near you`.
            brand_voice: How texts should sound.
            target_gender: Whom content should speak to.
            metadata: Any JSON object of at most 8 KiB. A PATCH replaces it whole.
            status: `archived` archives it, `active` restores it.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            Where content is made and accounts are leased, for one app or brand.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Project = await self._client._call(
            _UPDATE,
            {"projectId": project_id},
            body={
                "name": name,
                "timezone": timezone,
                "customerExternalId": customer_external_id,
                "primaryLanguage": primary_language,
                "ownerEmail": owner_email,
                "appName": app_name,
                "appDescription": app_description,
                "tagline": tagline,
                "brandVoice": brand_voice,
                "targetGender": target_gender,
                "metadata": metadata,
                "status": status,
            },
            options=options,
        )
        return answer


class AsyncProjectsRawResource:
    """Methods of `layers.projects` that return whole responses."""

    def __init__(self, resource: AsyncProjectsResource) -> None:
        self._resource = resource
        self.archive = async_raw(resource.archive)
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
        self.update = async_raw(resource.update)
