"""A server killed while it starts or runs: the next one does all of its work, and a stop leaves nothing behind."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.start_rounds import SHORT, Round, Rounds
from tests.support.serving import passable_folder

# `make test-long` can be given another number, such as STARTS=60.
STARTS = int(os.environ.get("STARTS", "200"))
_ROUNDS_PER_LINE = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder


@pytest.mark.timeout(900)
def test_after_a_kill_at_some_moment_a_server_works_and_stops(folder: Path) -> None:
    """At two moments; `test_after_many_kills_at_random_moments` has any moment, and all that can be killed."""
    seed = random.SystemRandom().randrange(10**6)
    rounds = Rounds(seed, folder)
    for number, planned in enumerate(SHORT):
        rounds.play(number, planned)


@pytest.mark.long
@pytest.mark.timeout(120 * STARTS)
def test_after_many_kills_at_random_moments(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    rounds = Rounds(seed, folder)
    for number in range(STARTS):
        rounds.play(number, Round.draw(random.Random(f"{seed}: {number}")))
        if (number + 1) % _ROUNDS_PER_LINE == 0 or number + 1 == STARTS:
            with capsys.disabled():
                print(f"\n{rounds.summary()}", end="")
