"""Wire types of how far partners' cash reaches."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import Amount, Instant, SecondsText
from partner_api.ops.renewals.schemas import PartnerRenewals


class CoverQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """How far to look ahead."""

    until: Annotated[
        Instant | None,
        Meta(description="At most a year ahead. Without it, the next 30 days."),
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Partners in `items`.")] = 20


class RenewalsCover(Struct, frozen=True, rename="camel", kw_only=True):
    """What renewals will cost all partners, and whose cash does not reach."""

    until: SecondsText
    partners: Annotated[int, Meta(ge=0, description="Those with something to pay until then.")]
    total_cents: Annotated[Amount, Meta(description="What they have to pay, past due included.")]
    short_partners: Annotated[int, Meta(ge=0, description="Those whose cash does not reach.")]
    shortfall_cents: Annotated[Amount, Meta(description="What these have to pay in.")]
    items: Annotated[
        list[PartnerRenewals],
        Meta(
            description="Those whose cash does not reach, the first to run out first; then the others, those with "
            "the least left first."
        ),
    ]
