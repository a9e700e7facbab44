"""What is known of the sweeps by whoever watches over them, and what the part tells its supervisor."""

from __future__ import annotations

from partner_api.processes.link import Beat
from partner_api.processes.sweeps import beat_of
from partner_api.sweeps.progress import SweepProgress


def test_before_the_first_step_the_part_is_starting() -> None:
    assert beat_of(SweepProgress()) == Beat(working=False)


def test_it_works_while_steps_begin_and_end() -> None:
    progress = SweepProgress()
    progress.begin_step("renewals", 60)
    assert beat_of(progress) == Beat()
    progress.lag_seconds = 3.0
    progress.end_step("renewals")
    assert beat_of(progress) == Beat(lag_seconds=3.0)


def test_a_step_beyond_its_limit_silences_the_part() -> None:
    progress = SweepProgress()
    progress.begin_step("periods", 60)
    progress.begin_step("renewals", -1)
    assert progress.stuck == ["renewals"]
    assert beat_of(progress) is None
    progress.end_step("renewals")
    assert beat_of(progress) == Beat()


def test_three_failures_in_a_row_are_a_problem_until_a_step_succeeds() -> None:
    progress = SweepProgress()
    for count in range(3):
        assert progress.failing == [], count
        progress.begin_step("renewals", 60)
        progress.end_step("renewals", ValueError("of no business of anybody"))
    assert beat_of(progress) == Beat(problem="failing: renewals", error="renewals: ValueError")
    progress.begin_step("renewals", 60)
    progress.end_step("renewals")
    assert beat_of(progress) == Beat(error="renewals: ValueError")
