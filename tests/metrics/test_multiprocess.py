"""The files of the numbers behind /metrics, where the disk is full."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import values

from partner_api.metrics import registry as metrics  # noqa: F401 - what sets them up
from partner_api.metrics.multiprocess import NumberFile


@pytest.fixture
def no_room() -> Iterator[None]:
    """Refuse every byte that makes a file longer than 300,000, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_numbers_use_these_files() -> None:
    assert vars(values)["MmapedDict"] is NumberFile


def test_all_bytes_are_on_the_disk_before_they_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "counter_1.db"
    numbers: Any = NumberFile(str(path))
    numbers.write_value("a", 1.0, 0.0)
    assert path.stat().st_blocks * 512 >= path.stat().st_size > 0
    numbers.close()


@pytest.mark.usefixtures("no_room")
def test_without_room_numbers_go_on_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "counter_1.db"
    numbers: Any = NumberFile(str(path))
    for number in range(5000):
        numbers.write_value(f"{number:0100d}", float(number), 0.0)
    assert [numbers.read_value(f"{number:0100d}")[0] for number in (0, 2500, 4999)] == [
        0,
        2500,
        4999,
    ]
    kept: Any = NumberFile
    # What had room is still there for whoever answers /metrics.
    assert len(list(kept.read_all_values_from_file(str(path)))) > 1000
    numbers.close()


def test_a_file_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    numbers: Any = NumberFile(str(tmp_path / "missing" / "counter_1.db"))
    numbers.write_value("a", 2.0, 0.0)
    assert numbers.read_value("a")[0] == 2.0
    assert not list(tmp_path.iterdir())
    numbers.close()
