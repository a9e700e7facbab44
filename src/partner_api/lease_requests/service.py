"""Fictitious accounts, with which requests of test environments are answered."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from partner_api.ids import new_uuid7

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_MOST_FOLLOWERS = 50_000
_HANDLE_CHARACTERS = 40


class FictitiousAccount(NamedTuple):
    """An account that does not exist, to be leased in a test environment."""

    social_account_id: UUID
    handle: str
    followers: int


def invent_accounts(
    request_id: UUID, vertical: str, count: int, now: datetime
) -> list[FictitiousAccount]:
    """Return accounts for a request: the same handles and followers each time, with new ids."""
    topic = re.sub(r"[^a-z0-9]+", ".", vertical.lower()).strip(".")[:_HANDLE_CHARACTERS] or "test"
    made = []
    for number in range(1, count + 1):
        digest = hashlib.sha256(f"{request_id}:{number}".encode()).digest()
        made.append(
            FictitiousAccount(
                new_uuid7(now),
                f"test.{topic}.{digest[:3].hex()}",
                int.from_bytes(digest[3:7]) % _MOST_FOLLOWERS,
            )
        )
    return made
