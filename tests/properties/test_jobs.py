"""Random sequences of all that happens to jobs, compared with a model of the rules after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.properties.job_machine import JobMachine
from tests.properties.running import check
from tests.support.batches import BATCH_SIZES

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

# What fails is made smaller first, for at most five minutes.
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_jobs_and_their_workers(database_urls: DatabaseUrls, batch_size: int) -> None:
    check(JobMachine, database_urls, examples=12, steps=40, batch_size=batch_size)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_jobs_and_their_workers_at_length(database_urls: DatabaseUrls, batch_size: int) -> None:
    check(JobMachine, database_urls, examples=500, steps=80, batch_size=batch_size, explores=True)
