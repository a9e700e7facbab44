"""Limits of webhooks: of the requests to receivers, and of what comes before and after them."""

from __future__ import annotations

from typing import Final

from partner_api.time_limits.limit import time_limit

_FAILED: Final = "the attempt has failed"

WEBHOOK_SECONDS: Final = time_limit(
    "WEBHOOK_SECONDS",
    10.0,
    "a receiver of webhooks to answer, from looking its name up to the status",
    _FAILED,
)
WEBHOOK_ADDRESS_SECONDS: Final = time_limit(
    "WEBHOOK_ADDRESS_SECONDS",
    3.0,
    "a connection to one address of a receiver that has several",
    "the next address is tried",
)
WEBHOOK_BODY_SECONDS: Final = time_limit(
    "WEBHOOK_BODY_SECONDS",
    2.0,
    "the body of a receiver's answer, once its status is there",
    "the connection is closed; the status counts",
)
WEBHOOK_IDLE_SECONDS: Final = time_limit(
    "WEBHOOK_IDLE_SECONDS",
    15.0,
    "the next request to a receiver, on the connection of the last one",
    "the connection is closed",
)
WEBHOOK_CONNECTION_SECONDS: Final = time_limit(
    "WEBHOOK_CONNECTION_SECONDS",
    60.0,
    "all requests on one connection to a receiver",
    "the connection is closed; the next one looks its name up anew",
)
WEBHOOK_CHECK_SECONDS: Final = time_limit(
    "WEBHOOK_CHECK_SECONDS",
    2.0,
    "the name of a receiver to resolve, when its endpoint is created or changed",
    "it is not checked until something is sent",
)
WEBHOOK_CLAIM_SECONDS: Final = time_limit(
    "WEBHOOK_CLAIM_SECONDS",
    30.0,
    "what became of a delivery, by those who can see only that it is being sent",
    "it is sent again",
)
