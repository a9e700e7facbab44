"""The limits of one connection."""

from __future__ import annotations

from typing import NamedTuple

from partner_api.time_limits import (
    HEAD_SECONDS,
    IDLE_SECONDS,
    LINGER_SECONDS,
    SEND_SILENCE_SECONDS,
    UNKNOWN_IDLE_SECONDS,
)

DISCARD_PAUSE_SECONDS = 0.005
"""After each piece of what nobody wants: whoever sends it as fast as it can must not have the loop for that."""


class ConnectionLimits(NamedTuple):
    """How long a client may be silent, and how much it may send that is no body."""

    head_seconds: float = HEAD_SECONDS
    unknown_idle_seconds: float = UNKNOWN_IDLE_SECONDS
    idle_seconds: float = IDLE_SECONDS
    send_silence_seconds: float = SEND_SILENCE_SECONDS
    linger_seconds: float = LINGER_SECONDS
    head_bytes: int = 32 * 1024
    header_fields: int = 100
    # Requests that wait behind the one that is being answered.
    pipelined: int = 16
    # What is read and thrown away after the last answer, so that a client that is still sending sees it.
    linger_bytes: int = 4 * 1024 * 1024
