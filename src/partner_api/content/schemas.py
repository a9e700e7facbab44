"""Wire types of content: containers, and the files in them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
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

    from partner_api.database.connection import Row

ContentFormat = Literal["slideshow_builder", "slideshow_remix", "video_remix", "ugc_remix", "auto"]
ContentStatus = Literal["queued", "processing", "completed", "failed", "canceled"]


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


def content_of(row: Row, assets: Sequence[Row]) -> Content:
    """Make the wire form of a row of ``content.find_container``, with its assets."""
    inputs = row["inputs"]
    return Content(
        id=format_id("cnt", row["id"]),
        project_id=format_id("prj", row["project_id"]),
        job_id=format_id("job", row["job_id"]),
        status=row["status"],
        format=row["format"],
        hook=inputs.get("hook"),
        social_account_id=inputs.get("socialAccountId"),
        influencer_id=inputs.get("influencerId"),
        source_tiktok_id=inputs.get("tiktokVideoId"),
        media_id=inputs.get("mediaId"),
        assets=[asset_of(asset) for asset in assets],
        credits_charged=row["charged"] if row["finished_at"] is not None else None,
        created_at=format_milliseconds(row["created_at"]),
        completed_at=_time_of(row["completed_at"]),
        failed_at=_time_of(row["failed_at"]),
        last_error=None
        if row["last_error_code"] is None or row["status"] == "completed"
        else JobError(row["last_error_code"], row["last_error_message"]),
    )


def asset_of(row: Row) -> Asset:
    """Make the wire form of a row of ``assets``."""
    container_id = format_id("cnt", row["container_id"])
    return Asset(
        asset_id=str(row["id"]),
        kind=row["kind"],
        url=f"/v1/content/{container_id}/assets/{row['id']}",
        width=row["width"],
        height=row["height"],
        mime_type=row["mime_type"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
    )


def _time_of(value: datetime | None) -> str | None:
    return None if value is None else format_milliseconds(value)
