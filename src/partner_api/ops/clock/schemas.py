"""Wire types of the rehearsal clock."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import Instant, MillisecondsText


class ClockAdvance(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Where to move the installation's time."""

    advance_to: Annotated[Instant, Meta(description="Later than now, by at most 24 months.")]


class InstallationClock(Struct, frozen=True, rename="camel"):
    """The installation's time."""

    now: MillisecondsText
    offset_seconds: Annotated[int, Meta(description="How far it is ahead of the real time.")]
