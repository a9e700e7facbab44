"""Limits of ``layers listen``, ``layers trigger`` and ``layers mcp``."""

from __future__ import annotations

from typing import Final

from partner_api.time_limits.limit import time_limit

PARTNER_CLIENT_SECONDS: Final = time_limit(
    "PARTNER_CLIENT_SECONDS",
    60.0,
    "the server to answer `layers trigger`, and the first request of `layers listen`",
    "the command ends and says how to ask again",
)
TOOL_CALL_SECONDS: Final = time_limit(
    "TOOL_CALL_SECONDS",
    45.0,
    "the server to answer a tool of `layers mcp`, with all tries; clients give up after a minute",
    "a result that says that there was no answer, and how to find out whether it was done",
)
FEED_CLIENT_SECONDS: Final = time_limit(
    "FEED_CLIENT_SECONDS",
    45.0,
    "the server to answer a long poll of `layers listen`",
    "it asks again from the same place",
)
RECEIVER_CONNECT_SECONDS: Final = time_limit(
    "RECEIVER_CONNECT_SECONDS",
    5.0,
    "a receiver of `layers listen` to take a connection",
    "it sends the event again until there is an answer",
)
