"""Wire types of content: containers, and the files in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.content.store import ContentFormat, ContentStatus
from partner_api.edge.wire.fields import (
    Amount,
    BareIdText,
    ContainerIdText,
    Instant,
    JobIdText,
    MillisecondsText,
    ProjectIdText,
    SocialAccountIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.content import store


class JobError(Struct, frozen=True):
    """Why a job failed: a code for programs, a message for people."""

    code: Annotated[str, Meta(examples=["WORKER_LOST", "EXPIRED"])]
    message: str


class Asset(Struct, frozen=True, rename="camel", kw_only=True):
    """A file. ``url`` redirects to it."""

    asset_id: BareIdText
    kind: Annotated[str, Meta(examples=["slide", "poster", "video"])]
    url: str
    width: Annotated[int, Meta(description="Pixels.")]
    height: Annotated[int, Meta(description="Pixels.")]
    mime_type: str
    size_bytes: int
    sha256: str


class ContentQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of content."""

    status: Annotated[
        list[ContentStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    format: Annotated[
        list[ContentFormat] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    since: Annotated[Instant | None, Meta(description="Created then or later.")] = None
    until: Annotated[Instant | None, Meta(description="Created then or earlier.")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Containers on a page.")] = 25
    cursor: Cursor | None = None


class Content(Struct, frozen=True, rename="camel", kw_only=True):
    """A container: what one job makes."""

    id: ContainerIdText
    project_id: ProjectIdText
    job_id: JobIdText
    status: ContentStatus
    format: ContentFormat
    hook: str | None
    social_account_id: SocialAccountIdText | None
    influencer_id: str | None
    source_tiktok_id: str | None
    media_id: str | None
    assets: list[Asset]
    credits_charged: Annotated[
        Amount | None, Meta(description="What it cost; null until it is over.")
    ]
    created_at: MillisecondsText
    completed_at: MillisecondsText | None
    failed_at: MillisecondsText | None
    last_error: Annotated[
        JobError | None, Meta(description="Why the last try failed, also if others follow.")
    ]


def content_of(container: store.Container, assets: Sequence[store.Asset]) -> Content:
    """Return the wire form of a container, with its files."""
    inputs = container.inputs
    return Content(
        id=format_id("cnt", container.id),
        project_id=format_id("prj", container.project_id),
        job_id=format_id("job", container.job_id),
        status=container.status,
        format=container.format,
        hook=inputs.get("hook"),
        social_account_id=inputs.get("socialAccountId"),
        influencer_id=inputs.get("influencerId"),
        source_tiktok_id=inputs.get("tiktokVideoId"),
        media_id=inputs.get("mediaId"),
        assets=[asset_of(asset) for asset in assets],
        credits_charged=container.charged if container.finished_at is not None else None,
        created_at=format_milliseconds(container.created_at),
        completed_at=format_milliseconds_or_none(container.completed_at),
        failed_at=format_milliseconds_or_none(container.failed_at),
        last_error=None
        if container.status == "completed"
        else error_of(container.last_error_code, container.last_error_message),
    )


def error_of(code: str | None, message: str | None) -> JobError | None:
    """Return the wire form of why a job failed; None without a code."""
    return None if code is None or message is None else JobError(code, message)


def asset_of(asset: store.Asset) -> Asset:
    """Return the wire form of a file."""
    container_id = format_id("cnt", asset.container_id)
    return Asset(
        asset_id=str(asset.id),
        kind=asset.kind,
        url=f"/v1/content/{container_id}/assets/{asset.id}",
        width=asset.width,
        height=asset.height,
        mime_type=asset.mime_type,
        size_bytes=asset.size_bytes,
        sha256=asset.sha256,
    )
