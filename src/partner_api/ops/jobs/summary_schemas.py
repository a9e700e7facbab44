"""Wire types of what waits and runs."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import MillisecondsText
from partner_api.jobs.summary_store import COUNTED

_MORE = f"{COUNTED:,} stands for so many or more."


class JobsSummary(Struct, frozen=True, rename="camel", kw_only=True):
    """What waits for workers, what they have, and what was lost."""

    waiting: Annotated[int, Meta(ge=0, le=COUNTED, description=f"For a worker. {_MORE}")]
    oldest_waiting_at: Annotated[
        MillisecondsText | None,
        Meta(description="When the one that waits longest was started; null when none waits."),
    ]
    running: Annotated[int, Meta(ge=0, le=COUNTED, description=f"With a worker. {_MORE}")]
    silent: Annotated[
        int,
        Meta(
            ge=0,
            le=COUNTED,
            description="Of those, whose worker is silent for too long: they are about to wait again.",
        ),
    ]
    lost_within_day: Annotated[
        int,
        Meta(
            ge=0,
            le=COUNTED,
            description=f"Failed with `WORKER_LOST` in the last 24 hours. {_MORE}",
        ),
    ]
