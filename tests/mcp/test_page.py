"""docs/mcp.md says which tools there are, and what they cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT
from tests.mcp.test_catalogue import BYTES_PER_TOKEN, list_size

from partner_api.commands import mcp
from partner_api.mcp.catalogue import ALL_TOOLS
from partner_api.mcp.input_schema import SMALL_PAGE
from partner_api.mcp.results import LARGEST_RESULT_BYTES
from partner_api.mcp.tool import DEFAULT_TOOLSETS, TOOLSETS
from partner_api.time_limits import TOOL_CALL_SECONDS

if TYPE_CHECKING:
    from partner_api.mcp.tool import BoundTool

PAGE = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
STEP_TOKENS = 500


def test_the_table_of_tools_is_complete() -> None:
    shown = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\w+) \| `(\w+ /\S+)` \|$", PAGE, re.MULTILINE)
    assert shown == [
        (
            bound.name,
            bound.tool.toolset,
            kind(bound),
            f"{bound.route.method} {bound.route.template}",
        )
        for bound in ALL_TOOLS
    ]


def test_the_table_of_toolsets_counts_right() -> None:
    shown = re.findall(r"^\| `(\w+)` \| (\d+) \| ([\d,]+) \| ", PAGE, re.MULTILINE)
    expected = []
    for toolset in TOOLSETS:
        tokens = list_size([toolset]) / BYTES_PER_TOKEN
        rounded = -int(-tokens // STEP_TOKENS) * STEP_TOKENS
        count = sum(bound.tool.toolset == toolset for bound in ALL_TOOLS)
        expected.append((toolset, str(count), f"{rounded:,}"))
    assert shown == expected


def test_figures_in_the_text_are_those_of_the_program() -> None:
    text = " ".join(PAGE.split())
    assert f"`{','.join(DEFAULT_TOOLSETS)}` without it" in text
    assert f"pages of at most {SMALL_PAGE} items" in text
    assert f"more than {LARGEST_RESULT_BYTES:,} bytes" in text
    assert f"at most {TOOL_CALL_SECONDS:g} seconds for a call" in text
    options = set(re.findall(r"^\| `(--[a-z-]+)` \|", PAGE, re.MULTILINE))
    names = set(mcp.mcp.__annotations__) - {"return"}
    assert options == {f"--{name.replace('_', '-')}" for name in names}


def kind(bound: BoundTool) -> str:
    """What the page calls a tool."""
    if bound.route.method == "GET":
        return "reads"
    if bound.tool.moves_money:
        return "money"
    return "changes" if bound.tool.destructive else "adds"
