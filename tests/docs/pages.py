"""The documentation as the tests read it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_FENCE = re.compile(
    r"^(?:<!-- (?P<kind>not run|runs last): (?P<reason>.+?) -->\n)?"
    r"```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A fenced block.

    Attributes:
        language: as its fence names it.
        text: what is in it.
        reason_not_to_run: why it is not run, if it is not.
        reason_to_run_last: why it waits until all other pages have ended, if it does.
        answer: the block of JSON or text that follows with nothing in between, if there is one.
    """

    language: str
    text: str
    reason_not_to_run: str | None
    reason_to_run_last: str | None
    answer: Block | None = None

    @property
    def is_run(self) -> bool:
        """Whether the tests run it: in a shell, or as a part of the page's program."""
        return self.language in {"sh", "python"} and self.reason_not_to_run is None


def name_of(page: Path) -> str:
    """A page's path in the repository."""
    return str(page.relative_to(ROOT))


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    matches = list(_FENCE.finditer(text))
    blocks = [
        Block(
            match["language"],
            match["text"],
            match["reason"] if match["kind"] == "not run" else None,
            match["reason"] if match["kind"] == "runs last" else None,
        )
        for match in matches
    ]
    for place, (one, next_one) in enumerate(pairwise(matches)):
        touching = not text[one.end() : next_one.start()].strip()
        if touching and blocks[place].is_run and blocks[place + 1].language in {"json", "text"}:
            blocks[place] = blocks[place]._replace(answer=blocks[place + 1])
    return blocks


def commands_of(page: Path) -> list[Block]:
    """The blocks of a page that are run, in their order."""
    return [block for block in blocks_of(page) if block.is_run]
