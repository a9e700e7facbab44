"""Whether an answer is the one that a page shows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.docs.pages import Block

_REST = "…"


def is_refusal(shown: Block) -> bool:
    """Return whether the page shows an error of the API."""
    return shown.language == "json" and '{"error"' in shown.text


def difference(shown: Block, printed: str) -> str | None:
    """Say how what was printed differs from the answer that a page shows; None when it does not.

    The last thing that was printed counts. "…" in the page stands for any text. Members of a JSON object that the
    page leaves out may be there.
    """
    if shown.language == "text":
        wanted = _pattern(shown.text.strip())
        found = re.search(rf"(?:^|\n){wanted}$", printed.strip())
        return None if found else f"{shown.text!r} is not the end of {printed!r}"
    return _compare(json.loads(shown.text), _last_value(printed), "the answer")


def _last_value(printed: str) -> Any:
    decoder, value, rest = json.JSONDecoder(), None, printed.lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()
    return value


def _compare(shown: Any, found: Any, place: str) -> str | None:
    if isinstance(shown, dict) and isinstance(found, dict):
        for name, value in shown.items():
            if name not in found:
                return f"{place} has no {name}: {found}"
            if said := _compare(value, found[name], f"{place}.{name}"):
                return said
        return None
    if isinstance(shown, list) and isinstance(found, list):
        if len(shown) != len(found):
            return f"{place} has {len(found)} entries, not {len(shown)}: {found}"
        pairs = enumerate(zip(shown, found, strict=True))
        return next(filter(None, (_compare(*pair, f"{place}[{n}]") for n, pair in pairs)), None)
    if isinstance(shown, str) and isinstance(found, str):
        same = re.fullmatch(_pattern(shown), found) is not None
    else:
        same = type(shown) is type(found) and shown == found
    return None if same else f"{place} is {found!r}, not {shown!r}"


def _pattern(text: str) -> str:
    return ".*".join(map(re.escape, text.split(_REST)))
