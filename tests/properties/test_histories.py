"""Histories that repeat, so that what changes a test's result is a change of the code."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def drawn() -> list[int]:
    """What a test draws now."""
    found: list[int] = []

    @given(st.integers())
    def draw(number: int) -> None:
        found.append(number)

    draw()
    return found


def test_a_test_draws_the_same_whatever_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = drawn()
    path = tmp_path / "numbers_of_the_source.py"
    path.write_text(f"NUMBERS = {list(range(1_000_003, 1_200_003, 1_001))}\n")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    monkeypatch.setitem(sys.modules, path.stem, module_from_spec(spec))
    assert drawn() == before
