"""Running a state machine against the test database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from tests.properties.driver import Driver

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls


def check(
    machine: type[RuleBasedStateMachine],
    urls: DatabaseUrls,
    *,
    examples: int,
    steps: int,
    batch_size: int,
    explores: bool = False,
) -> None:
    """Run a machine, whose class attribute ``driver`` is set for it, through so many histories.

    What it lets arrive together is done in batches of at most ``batch_size``.
    They are the same ones each time, and others for each size of a batch. The suite has a few; a test that takes its
    time explores many more, which are never the same.
    """
    with Driver(urls, batch_size) as driver:
        bound = type(machine.__name__, (machine,), {"driver": driver})
        run_state_machine_as_test(
            bound if explores else seed(batch_size)(bound),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=not explores,
                database=None,
                report_multiple_bugs=False,
                phases=[Phase.reuse, Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
