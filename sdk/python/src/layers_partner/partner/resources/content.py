# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.content`."""

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

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.resources.content_assets import (
        AsyncContentAssetsRawResource,
        AsyncContentAssetsResource,
        ContentAssetsRawResource,
        ContentAssetsResource,
    )
    from layers_partner.partner.types import Content, StartedJob

_BUILD_SLIDESHOW = Operation(
    "content.build_slideshow", "POST", "/v1/projects/{projectId}/content/slideshow-builder"
)
_GENERATE = Operation("content.generate", "POST", "/v1/projects/{projectId}/content/auto")
_LIST = Operation("content.list", "GET", "/v1/projects/{projectId}/content")
_REMIX_SLIDESHOW = Operation(
    "content.remix_slideshow", "POST", "/v1/projects/{projectId}/content/slideshow-remix"
)
_REMIX_UGC = Operation("content.remix_ugc", "POST", "/v1/projects/{projectId}/content/ugc-remix")
_REMIX_VIDEO = Operation(
    "content.remix_video", "POST", "/v1/projects/{projectId}/content/video-remix"
)
_RETRIEVE = Operation("content.retrieve", "GET", "/v1/content/{containerId}")


class ContentResource(Resource):
    """Methods of `layers.content`."""

    @cached_property
    def assets(self) -> ContentAssetsResource:
        """`layers.content.assets`.

        Has `retrieve_url`.
        """
        from layers_partner.partner.resources.content_assets import ContentAssetsResource

        return ContentAssetsResource(self._client)

    @cached_property
    def with_raw_response(self) -> ContentRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ContentRawResource(self)

    def build_slideshow(
        self,
        project_id: str,
        *,
        hook: str,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Build a slideshow.

        Reserves the format's estimate and starts a job that writes and lays out slides for your
        hook.

        `POST /v1/projects/{projectId}/content/slideshow-builder`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            hook: What it is about, as a viewer would say it; not blank. At most 2,000 characters.
                Example: `Three cafés in Lisbon that open before seven`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = self._client._call(
            _BUILD_SLIDESHOW,
            {"projectId": project_id},
            body={
                "hook": hook,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    def generate(
        self,
        project_id: str,
        *,
        hook: str | NotGiven | None = NOT_GIVEN,
        tiktok_video_id: str | NotGiven | None = NOT_GIVEN,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Generate whichever format fits.

        Reserves the estimate of `auto`, and is charged as what it became: a slideshow or a video.

        `POST /v1/projects/{projectId}/content/auto`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            hook: What it is about, as a viewer would say it; not blank. At most 2,000 characters.
                Example: `Three cafés in Lisbon that open before seven`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = self._client._call(
            _GENERATE,
            {"projectId": project_id},
            body={
                "hook": hook,
                "tiktokVideoId": tiktok_video_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    def list(
        self,
        project_id: str,
        *,
        status: Literal["canceled", "completed", "failed", "processing", "queued"]
        | str
        | Sequence[Literal["canceled", "completed", "failed", "processing", "queued"] | str]
        | NotGiven = NOT_GIVEN,
        format: Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
        | str
        | Sequence[
            Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
            | str
        ]
        | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[Content]:
        """List content.

        What the jobs of a project make or have made, newest first.

        `GET /v1/projects/{projectId}/content`, with the scope `content:read`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            format: Only these; a list for several.
            since: Created then or later. Example: `2026-06-01T00:00:00.000Z`.
            until: Created then or earlier. Example: `2026-06-01T00:00:00.000Z`.
            limit: Containers on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a container: what one job
            makes.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={
                "status": status,
                "format": format,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def remix_slideshow(
        self,
        project_id: str,
        *,
        tiktok_video_id: str,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Remix a slideshow.

        Reserves the format's estimate and starts a job that makes a slideshow from a TikTok video.

        `POST /v1/projects/{projectId}/content/slideshow-remix`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = self._client._call(
            _REMIX_SLIDESHOW,
            {"projectId": project_id},
            body={
                "tiktokVideoId": tiktok_video_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    def remix_ugc(
        self,
        project_id: str,
        *,
        hook: str | NotGiven | None = NOT_GIVEN,
        tiktok_video_id: str | NotGiven | None = NOT_GIVEN,
        media_id: str | NotGiven | None = NOT_GIVEN,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Remix user-generated content.

        Reserves the format's estimate and starts a job that makes a video in the manner of viewers.

        `POST /v1/projects/{projectId}/content/ugc-remix`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            hook: What it is about, as a viewer would say it; not blank. At most 2,000 characters.
                Example: `Three cafés in Lisbon that open before seven`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            media_id: A recording to use. At most 128 characters.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = self._client._call(
            _REMIX_UGC,
            {"projectId": project_id},
            body={
                "hook": hook,
                "tiktokVideoId": tiktok_video_id,
                "mediaId": media_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    def remix_video(
        self,
        project_id: str,
        *,
        tiktok_video_id: str,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Remix a video.

        Reserves the format's estimate and starts a job that makes a video from a TikTok video.

        `POST /v1/projects/{projectId}/content/video-remix`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = self._client._call(
            _REMIX_VIDEO,
            {"projectId": project_id},
            body={
                "tiktokVideoId": tiktok_video_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    def retrieve(self, container_id: str, **options: Unpack[RequestOptions]) -> Content:
        """Read content.

        What one job makes: its state, what was asked for, and the files when it is completed.

        `GET /v1/content/{containerId}`, with the scope `content:read`.

        Args:
            container_id: Id of the container. Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A container: what one job makes.

        Raises:
            NotFoundError: `container_id` does not exist, or this key cannot see it; the two look
                the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Content = self._client._call(
            _RETRIEVE, {"containerId": container_id}, options=options
        )
        return answer


class ContentRawResource:
    """Methods of `layers.content` that return whole responses."""

    def __init__(self, resource: ContentResource) -> None:
        self._resource = resource
        self.build_slideshow = raw(resource.build_slideshow)
        self.generate = raw(resource.generate)
        self.list = raw(resource.list)
        self.remix_slideshow = raw(resource.remix_slideshow)
        self.remix_ugc = raw(resource.remix_ugc)
        self.remix_video = raw(resource.remix_video)
        self.retrieve = raw(resource.retrieve)

    @cached_property
    def assets(self) -> ContentAssetsRawResource:
        """`layers.content.assets`, whose methods return whole responses."""
        return self._resource.assets.with_raw_response


class AsyncContentResource(AsyncResource):
    """Methods of `layers.content`."""

    @cached_property
    def assets(self) -> AsyncContentAssetsResource:
        """`layers.content.assets`.

        Has `retrieve_url`.
        """
        from layers_partner.partner.resources.content_assets import AsyncContentAssetsResource

        return AsyncContentAssetsResource(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncContentRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncContentRawResource(self)

    async def build_slideshow(
        self,
        project_id: str,
        *,
        hook: str,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Build a slideshow.

        Reserves the format's estimate and starts a job that writes and lays out slides for your
        hook.

        `POST /v1/projects/{projectId}/content/slideshow-builder`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            hook: What it is about, as a viewer would say it; not blank. At most 2,000 characters.
                Example: `Three cafés in Lisbon that open before seven`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = await self._client._call(
            _BUILD_SLIDESHOW,
            {"projectId": project_id},
            body={
                "hook": hook,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    async def generate(
        self,
        project_id: str,
        *,
        hook: str | NotGiven | None = NOT_GIVEN,
        tiktok_video_id: str | NotGiven | None = NOT_GIVEN,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Generate whichever format fits.

        Reserves the estimate of `auto`, and is charged as what it became: a slideshow or a video.

        `POST /v1/projects/{projectId}/content/auto`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            hook: What it is about, as a viewer would say it; not blank. At most 2,000 characters.
                Example: `Three cafés in Lisbon that open before seven`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = await self._client._call(
            _GENERATE,
            {"projectId": project_id},
            body={
                "hook": hook,
                "tiktokVideoId": tiktok_video_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    def list(
        self,
        project_id: str,
        *,
        status: Literal["canceled", "completed", "failed", "processing", "queued"]
        | str
        | Sequence[Literal["canceled", "completed", "failed", "processing", "queued"] | str]
        | NotGiven = NOT_GIVEN,
        format: Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
        | str
        | Sequence[
            Literal["auto", "slideshow_builder", "slideshow_remix", "ugc_remix", "video_remix"]
            | str
        ]
        | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[Content]:
        """List content.

        What the jobs of a project make or have made, newest first.

        `GET /v1/projects/{projectId}/content`, with the scope `content:read`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            status: Only these; a list for several.
            format: Only these; a list for several.
            since: Created then or later. Example: `2026-06-01T00:00:00.000Z`.
            until: Created then or earlier. Example: `2026-06-01T00:00:00.000Z`.
            limit: Containers on a page. From 1 to 200. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            container: what one job makes.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={
                "status": status,
                "format": format,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def remix_slideshow(
        self,
        project_id: str,
        *,
        tiktok_video_id: str,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Remix a slideshow.

        Reserves the format's estimate and starts a job that makes a slideshow from a TikTok video.

        `POST /v1/projects/{projectId}/content/slideshow-remix`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = await self._client._call(
            _REMIX_SLIDESHOW,
            {"projectId": project_id},
            body={
                "tiktokVideoId": tiktok_video_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    async def remix_ugc(
        self,
        project_id: str,
        *,
        hook: str | NotGiven | None = NOT_GIVEN,
        tiktok_video_id: str | NotGiven | None = NOT_GIVEN,
        media_id: str | NotGiven | None = NOT_GIVEN,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Remix user-generated content.

        Reserves the format's estimate and starts a job that makes a video in the manner of viewers.

        `POST /v1/projects/{projectId}/content/ugc-remix`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            hook: What it is about, as a viewer would say it; not blank. At most 2,000 characters.
                Example: `Three cafés in Lisbon that open before seven`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            media_id: A recording to use. At most 128 characters.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = await self._client._call(
            _REMIX_UGC,
            {"projectId": project_id},
            body={
                "hook": hook,
                "tiktokVideoId": tiktok_video_id,
                "mediaId": media_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    async def remix_video(
        self,
        project_id: str,
        *,
        tiktok_video_id: str,
        social_account_id: str | NotGiven | None = NOT_GIVEN,
        influencer_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> StartedJob:
        """Remix a video.

        Reserves the format's estimate and starts a job that makes a video from a TikTok video.

        `POST /v1/projects/{projectId}/content/video-remix`, with the scope `content:write`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            tiktok_video_id: The TikTok video to start from. Example: `7301234567890123456`.
            social_account_id: The account that it is for: a connected one of the project. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            influencer_id: Who should be seen in it. At most 128 characters.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A job that has been started.

        Raises:
            BillingExhaustedError: Not enough credits or money.
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: StartedJob = await self._client._call(
            _REMIX_VIDEO,
            {"projectId": project_id},
            body={
                "tiktokVideoId": tiktok_video_id,
                "socialAccountId": social_account_id,
                "influencerId": influencer_id,
            },
            options=options,
        )
        return answer

    async def retrieve(self, container_id: str, **options: Unpack[RequestOptions]) -> Content:
        """Read content.

        What one job makes: its state, what was asked for, and the files when it is completed.

        `GET /v1/content/{containerId}`, with the scope `content:read`.

        Args:
            container_id: Id of the container. Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A container: what one job makes.

        Raises:
            NotFoundError: `container_id` does not exist, or this key cannot see it; the two look
                the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Content = await self._client._call(
            _RETRIEVE, {"containerId": container_id}, options=options
        )
        return answer


class AsyncContentRawResource:
    """Methods of `layers.content` that return whole responses."""

    def __init__(self, resource: AsyncContentResource) -> None:
        self._resource = resource
        self.build_slideshow = async_raw(resource.build_slideshow)
        self.generate = async_raw(resource.generate)
        self.list = async_raw(resource.list)
        self.remix_slideshow = async_raw(resource.remix_slideshow)
        self.remix_ugc = async_raw(resource.remix_ugc)
        self.remix_video = async_raw(resource.remix_video)
        self.retrieve = async_raw(resource.retrieve)

    @cached_property
    def assets(self) -> AsyncContentAssetsRawResource:
        """`layers.content.assets`, whose methods return whole responses."""
        return self._resource.assets.with_raw_response
