"""The documentation as the tests read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_FENCE = re.compile(
    r"^(?:<!-- not run: (?P<reason>.+?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A fenced block: its language, its text, and why it is not run, if it is not."""

    language: str
    text: str
    reason_not_to_run: str | None


def name_of(page: Path) -> str:
    """A page's path in the repository."""
    return str(page.relative_to(ROOT))


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    return [
        Block(match["language"], match["text"], match["reason"])
        for match in _FENCE.finditer(page.read_text(encoding="utf-8"))
    ]


def commands_of(page: Path) -> str:
    """The shell commands of a page that are to be run, as one script."""
    return "\n".join(
        block.text
        for block in blocks_of(page)
        if block.language == "sh" and block.reason_not_to_run is None
    )
