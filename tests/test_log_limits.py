"""One line a minute, and none is forgotten."""

from __future__ import annotations

from partner_api.log_limits import OncePerMinute


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_is_written_and_then_one_a_minute_with_how_many_were_not() -> None:
    clock = Seconds()
    lines = OncePerMinute(clock)

    assert lines.admit() == 0
    assert [lines.admit() for _ in range(3)] == [None] * 3
    clock.now += 59.9
    assert lines.admit() is None
    clock.now += 0.1
    assert lines.admit() == 4
    assert lines.admit() is None


def test_after_a_quiet_time_the_next_one_is_written_at_once() -> None:
    clock = Seconds()
    lines = OncePerMinute(clock)
    lines.admit()
    clock.now += 3_600
    assert lines.admit() == 0
    assert lines.admit() is None
