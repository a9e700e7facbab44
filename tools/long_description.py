"""The description of the server's package: README.md for somebody who has no checkout.

Hatchling calls this whenever it builds. An index shows the text apart from the repository, where a link to a file of it
would lead nowhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?!https?://)(?P<path>[^)#\s]*)(?:#[^)\s]*)?\)")
_LAST = "\n\nThe files named in parentheses are in the source distribution of this version.\n"


def described(readme: str) -> str:
    """Return the text with the names of files in place of links to them."""
    return _LINK.sub(_name, readme).rstrip() + _LAST


def _name(link: re.Match[str]) -> str:
    if not link["path"]:
        # A heading of the same page: not every index makes them targets of links.
        return link["text"]
    path = f"`{link['path']}`"
    return path if link["text"] == link["path"] else f"{link['text']} ({path})"


class LongDescription(MetadataHookInterface):
    """What Hatchling asks for the fields that pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the description to the metadata."""
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": described(readme)}
