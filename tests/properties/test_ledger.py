"""Random sequences of everything that moves credits, compared with a model of the contract after each step."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.properties.driver import Driver
from tests.properties.work_rules import Operations

if TYPE_CHECKING:
    from tests.conftest import DatabaseUrls

# What fails is made smaller first, for at most five minutes.
pytestmark = pytest.mark.timeout(600)


class OperationsOnSeveralNodes(Operations):
    """The same, answered by nodes whose clocks are seconds apart."""

    skews = (timedelta(), timedelta(seconds=-2), timedelta(seconds=3))


def _check(machine: type[Operations], urls: DatabaseUrls, examples: int, steps: int) -> None:
    with Driver(urls.app) as driver:
        bound = type(machine.__name__, (machine,), {"driver": driver})
        run_state_machine_as_test(
            bound,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                report_multiple_bugs=False,
                phases=[Phase.reuse, Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_ledger_does_what_the_contract_says(database_urls: DatabaseUrls) -> None:
    _check(Operations, database_urls, examples=120, steps=40)


def test_clocks_that_are_seconds_apart_do_not_disturb_the_ledger(
    database_urls: DatabaseUrls,
) -> None:
    _check(OperationsOnSeveralNodes, database_urls, examples=40, steps=40)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("machine", [Operations, OperationsOnSeveralNodes])
def test_the_ledger_at_length(machine: type[Operations], database_urls: DatabaseUrls) -> None:
    _check(machine, database_urls, examples=2000, steps=100)
