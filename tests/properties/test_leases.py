"""Random lives of leases, compared with a model of the rules after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.properties.lease_machine import LeaseMachine
from tests.properties.running import check
from tests.support.batches import BATCH_SIZES

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

# What fails is made smaller first, for at most five minutes.
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_leases_are_paid_as_the_rules_say(database_urls: DatabaseUrls, batch_size: int) -> None:
    check(LeaseMachine, database_urls, examples=8, steps=50, batch_size=batch_size)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_leases_at_length(database_urls: DatabaseUrls, batch_size: int) -> None:
    check(
        LeaseMachine, database_urls, examples=700, steps=100, batch_size=batch_size, explores=True
    )
