"""The body of a request to a receiver: an event in its envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.events.schemas import envelope_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

_encode: Final = msgspec.json.Encoder().encode


def event_body(
    event_id: UUID,
    event_type: str,
    created_at: datetime,
    organization_id: UUID,
    data: Mapping[str, Any],
    replay_of: UUID | None = None,
) -> bytes:
    """Return the envelope of an event as JSON, the same bytes whenever it is sent.

    It has a few tens of KiB at most, far less than the 256 that a receiver has to take: what events say is bounded
    where it comes in, the payload of a test and the data of a sample to 16 KiB (``edge/request/bounds.py``).

    Args:
        event_id: of the event; that of a replay is its own.
        event_type: such as ``job.completed``.
        created_at: when it happened.
        organization_id: to whom.
        data: what happened, as the outbox has it.
        replay_of: the delivery that this one repeats.
    """
    return _encode(envelope_of(event_id, event_type, created_at, organization_id, data, replay_of))
