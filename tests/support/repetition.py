"""Runs of lines that stand in the source twice."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.source import Module, Source

_COMMENT = ("#", "--")
_WORD = re.compile(r"\w")


class _Line(NamedTuple):
    number: int
    text: str


class Repetition(NamedTuple):
    """A run of lines and where it stands: both files, and the line with which it begins in each."""

    length: int
    one: Path
    one_line: int
    other: Path
    other_line: int


def repetitions(source: Source, least: int) -> Iterator[Repetition]:
    """Return runs of at least so many lines that are the same but for space at their ends.

    Imports, docstrings, comments, and lines without a word do not count.
    """
    modules = {module.path: module for module in source.modules.values()}
    files = {path: _lines(path, modules.get(path)) for path in source.files(".py", ".sql")}
    places: dict[tuple[str, ...], list[tuple[Path, int]]] = defaultdict(list)
    for path, lines in files.items():
        for start in range(len(lines) - least + 1):
            places[tuple(line.text for line in lines[start : start + least])].append((path, start))
    starts: dict[tuple[Path, Path, int], list[int]] = defaultdict(list)
    for same in places.values():
        for number, (one, one_start) in enumerate(same):
            for other, other_start in same[number + 1 :]:
                starts[one, other, other_start - one_start].append(one_start)
    for (one, other, distance), found in starts.items():
        begun = None
        for start in sorted(found):
            begun = start if begun is None else begun
            if start + 1 not in found:
                yield Repetition(
                    start - begun + least,
                    one,
                    files[one][begun].number,
                    other,
                    files[other][begun + distance].number,
                )
                begun = None


def _lines(path: Path, module: Module | None) -> list[_Line]:
    left_out: set[int] = set()
    if module is not None:
        left_out |= module.docstring_lines
        for node in module.nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                left_out.update(range(node.lineno, (node.end_lineno or 0) + 1))
    lines = (
        _Line(number, " ".join(line.split()))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if number not in left_out
    )
    return [
        line for line in lines if _WORD.search(line.text) and not line.text.startswith(_COMMENT)
    ]
