"""Random lives of webhook endpoints and deliveries, compared with a model of the rules after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.properties.running import check
from tests.properties.webhook_machine import WebhookMachine

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

# What fails is made smaller first, for at most five minutes.
pytestmark = pytest.mark.timeout(600)


def test_endpoints_and_their_deliveries(database_urls: DatabaseUrls) -> None:
    check(WebhookMachine, database_urls, examples=14, steps=50, batch_size=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_endpoints_and_their_deliveries_at_length(database_urls: DatabaseUrls) -> None:
    check(WebhookMachine, database_urls, examples=500, steps=80, batch_size=1, explores=True)
