"""Folders for servers of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.serving import passable_folder


@pytest.fixture
def home() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder
