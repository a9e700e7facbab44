"""Walking very many pages takes the memory of one."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sdk.callers import ClientSettings
from tests.sdk.feed import PAGE_ITEMS

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller

FEED = Path(__file__).with_name("feed.py")
KEY = f"lp_live_{'0' * 16}_{'a' * 43}"
# All of the fewer items would be more than a hundred megabytes.
GROWTH_BYTES = 12_000_000


@contextlib.contextmanager
def feed(pages: int) -> Iterator[str]:
    """A feed of so many pages; its address."""
    command = [sys.executable, str(FEED), str(pages)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize(
    "events", [200_000, pytest.param(2_000_000, marks=pytest.mark.long)], ids="{:,}".format
)
async def test_memory_stays_the_same_while_pages_are_walked(
    open_caller: OpenCaller, events: int
) -> None:
    with feed(events // PAGE_ITEMS) as address:
        caller = await open_caller(ClientSettings(address, KEY, timeout_seconds=60))
        marks = [events // 10 * tenth for tenth in range(1, 11)]
        in_use = await caller.count("credits.events.list", marks)
        await caller.close()
    assert len(in_use) == len(marks)
    assert max(in_use) - in_use[0] < GROWTH_BYTES, in_use
