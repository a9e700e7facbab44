"""Wire types of reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import Amount, JobIdText, MillisecondsText, ProjectIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.credits.reservation_store import Reservation as StoredReservation


class ReservationsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """The page of reservations to show."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Reservations on a page.")] = 25
    cursor: Cursor | None = None


class Reservation(Struct, frozen=True, rename="camel", kw_only=True):
    """Credits that a job holds until it ends."""

    job_id: JobIdText
    project_id: ProjectIdText
    format: Annotated[str, Meta(examples=["video_remix"])]
    reserved_credits: Annotated[Amount, Meta(description="The most that it can cost.")]
    reserved_at: MillisecondsText
    expires_at: Annotated[
        MillisecondsText,
        Meta(description="When the job fails, if it has not ended by then, and they are released."),
    ]


def reservation_of(reservation: StoredReservation) -> Reservation:
    """Return the wire form of a reservation."""
    return Reservation(
        job_id=format_id("job", reservation.job_id),
        project_id=format_id("prj", reservation.project_id),
        format=reservation.format,
        reserved_credits=reservation.credits,
        reserved_at=format_milliseconds(reservation.created_at),
        expires_at=format_milliseconds(reservation.expires_at),
    )
