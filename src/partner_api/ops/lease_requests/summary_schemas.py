"""Wire types of how many lease requests are open."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import Amount, SecondsText


class RequestAge(Struct, frozen=True, rename="camel", kw_only=True):
    """Open requests of about one age."""

    from_hours: Annotated[int, Meta(ge=0, description="Submitted at least so long ago.")]
    to_hours: Annotated[int | None, Meta(description="And less long ago than this; null: any.")]
    count: Annotated[int, Meta(ge=0)]


class OpenRequests(Struct, frozen=True, rename="camel", kw_only=True):
    """The lease requests that nobody has answered."""

    count: Annotated[int, Meta(ge=0)]
    accounts: Annotated[Amount, Meta(description="What they ask for together.")]
    oldest_submitted_at: Annotated[SecondsText | None, Meta(description="Null when there is none.")]
    by_age: Annotated[list[RequestAge], Meta(description="The youngest first, all ages.")]
