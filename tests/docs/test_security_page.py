"""The page about security names tests that exist, and a test for each claim."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from tests.docs.pages import ROOT

_PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_ROWS = re.findall(
    r"^\| (.+?) \| (.+?) \|$", _PAGE.partition("## Claims and their tests")[2], re.MULTILINE
)[1:]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def _names(file: str) -> set[str]:
    """The tests of a module, and its classes."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_the_table_is_there() -> None:
    assert len(_ROWS) > 50
    assert len({claim for claim, _ in _ROWS}) == len(_ROWS)


@pytest.mark.parametrize(("claim", "tests"), _ROWS)
def test_a_claim_is_tested_by_what_exists(claim: str, tests: str) -> None:
    named = _NAMED.findall(tests)
    assert named, claim
    # Nothing else stands in the cell that could be taken for a test.
    assert _NAMED.sub("", tests).strip(", ") == ""
    for file, name in named:
        assert (ROOT / file).is_file(), file
        assert name in _names(file), f"{file}::{name}"
