"""Random sequences of everything that moves credits, compared with a model of the contract after each step."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.properties.running import check
from tests.properties.work_rules import Operations
from tests.support.batches import BATCH_SIZES

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

# What fails is made smaller first, for at most five minutes.
pytestmark = pytest.mark.timeout(600)


class OperationsOnSeveralNodes(Operations):
    """The same, answered by nodes whose clocks are seconds apart."""

    skews = (timedelta(), timedelta(seconds=-2), timedelta(seconds=3))


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_the_ledger_does_what_the_contract_says(
    database_urls: DatabaseUrls, batch_size: int
) -> None:
    check(Operations, database_urls, examples=12, steps=40, batch_size=batch_size)


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_clocks_that_are_seconds_apart_do_not_disturb_the_ledger(
    database_urls: DatabaseUrls, batch_size: int
) -> None:
    check(OperationsOnSeveralNodes, database_urls, examples=5, steps=40, batch_size=batch_size)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch_size", BATCH_SIZES)
@pytest.mark.parametrize("machine", [Operations, OperationsOnSeveralNodes])
def test_the_ledger_at_length(
    machine: type[Operations], database_urls: DatabaseUrls, batch_size: int
) -> None:
    check(machine, database_urls, examples=700, steps=100, batch_size=batch_size, explores=True)
