"""What servers of these tests print, and what is asked of their databases."""

from __future__ import annotations

import re
import secrets

KEYS = f"k1:{secrets.token_hex(32)}"


def paths_of(printed: str) -> list[str]:
    """What the printed requests ask for: the child's credits, the project's leased accounts."""
    return re.findall(r"curl http://[^/]+(\S+)", printed)


def key_of(printed: str) -> str:
    (key,) = {str(found) for found in re.findall(r"lp_live_\S+[^\s\"]", printed)}
    return key
