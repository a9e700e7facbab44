"""Text that can be seen: a name of nothing but what leaves no trace on a screen is none."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

NOTHING_VISIBLE: Final = "Expected at least one visible character"

# What nearly every text has, found at once.
_PLAIN = re.compile("[!-~]")
# Letters and symbols by their category that leave no trace: the Hangul fillers, the Braille pattern without dots, the
# note without a head.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
# Not assigned, and to be ignored whatever they will be. The other unassigned ones may be letters of a newer Unicode
# than that of this Python, so they count as visible.
_IGNORED_RANGES = ((0x2065, 0x2065), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
# Controls, formatting (joiners, direction marks, tags), halves of a character; separators; marks, which need a
# letter to stand on.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Mc", "Me", "Mn"})


def visible_problem(text: str) -> str | None:
    """Say what is wrong with a text in which nothing can be seen; an empty one is fine here.

    Whether it may be empty, its type says with a least length.
    """
    if not text or _PLAIN.search(text) or any(map(_is_visible, text)):
        return None
    return NOTHING_VISIBLE


# For ``Meta(extra=VISIBLE)``.
VISIBLE: Final[dict[str, Any]] = {"rule": visible_problem}


def _is_visible(character: str) -> bool:
    if character in _BLANK or unicodedata.category(character) in _INVISIBLE_CATEGORIES:
        return False
    code = ord(character)
    # The last two of each plane, and 32 others, are characters for nobody.
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return False
    return not any(first <= code <= last for first, last in _IGNORED_RANGES)
