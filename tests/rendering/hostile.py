"""Hooks that ask for as much work as their length can, each kind in any length."""

from __future__ import annotations

import random
import unicodedata


def _all_scripts(length: int) -> str:
    points = random.Random(1)
    text = ""
    while len(text) < length:
        character = chr(points.randrange(0x21, 0x1FFFF))
        text += character if unicodedata.category(character)[0] in "LMNPS" else ""
    return text


# What stands once, and what is repeated behind it.
_REPEATED = {
    "tags": ("a", "\U000e0041"),
    "flags of tags": ("", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
    "towers of marks": ("Z", "\u0301"),
    "marks in any order": ("a", "\u0316\u0301\u0323"),
    "marks and joiners": ("a", "\u0301\u200d"),
    "spacing marks": ("\u0915", "\u093e"),
    "linkers": ("\u0915", "\u094d\u200d"),
    "regional indicators": ("", "\U0001f1e9"),
    "chains of joiners": ("", "\U0001f469\u200d"),
    "joiners": ("\U0001f469", "\u200d"),
    "variation selectors": ("\u2764", "\ufe0f"),
    "Hangul jamo": ("\u1100", "\u1161"),
    "nested bidi controls": ("a", "\u202b\u2067"),
    "right to left and back": ("", "a\u05d0"),
    "brackets from right to left": ("\u05d0", "[("),
    "Arabic letters and marks": ("", "\u0633\u064e\u0651"),
    "one word": ("", "x"),
    "narrow words": ("", "i "),
    "spaces between marks": ("\u0301", " "),
    "closing brackets": ("a.", ")"),
    "opening brackets": ("", "("),
    "quotation marks": ("", "\u201c\u201d"),
    "digits behind a full stop": ("a.", "1"),
    "full stops": ("", "."),
    "abbreviations": ("", "Dr. "),
    "commas": ("", ","),
    "a column": ("", "a\n"),
    "unassigned": ("", "\U00050000"),
}
KINDS = [*_REPEATED, "all scripts"]


def hostile(kind: str, length: int) -> str:
    """Return a hook of a kind, so many characters long."""
    if kind == "all scripts":
        return _all_scripts(length)
    once, repeated = _REPEATED[kind]
    return (once + repeated * length)[:length]
