"""`kill -9` of the sender in the midst of deliveries: every event arrives, some of them more than once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.faults.sender_kills import send_all
from tests.support.databases import make_database

from partner_api.time_limits import WEBHOOK_CLAIM_SECONDS
from partner_api.webhooks.sending.slots import IN_FLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls


@pytest.fixture
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    """A database of its own: a sender looks at all tenants."""
    with make_database(database_urls, template=template) as urls:
        yield urls


async def test_every_event_arrives_although_senders_are_killed(urls: DatabaseUrls) -> None:
    """The clock of each is so far ahead that the claims of the one before are lost."""
    arrived, repeats = await send_all(urls, 300, 3, int(WEBHOOK_CLAIM_SECONDS) + 1)
    assert arrived == 300
    assert repeats <= 3 * IN_FLIGHT


@pytest.mark.long
@pytest.mark.timeout(3_600)
async def test_very_many_events_arrive_although_senders_are_killed_often(
    urls: DatabaseUrls,
) -> None:
    """All by the same clock: what a killed one had claimed is sent when the claim is lost."""
    kills = int(os.environ.get("KILLS", "30"))
    arrived, repeats = await send_all(urls, 5_000, kills, 0)
    assert arrived == 5_000
    assert repeats <= kills * IN_FLIGHT
