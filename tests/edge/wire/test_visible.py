"""What counts as text that can be seen."""

from __future__ import annotations

import sys

import pytest

from partner_api.edge.wire.visible import NOTHING_VISIBLE, visible_problem


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "\t\n",
        "\u00a0\u2003\u3000",
        "\u2028\u2029",
        "\x1b\x07",
        "\x85",
        # Joiners, direction marks and isolates, soft hyphen, byte order mark, word joiner.
        "\u200b",
        "\u200c\u200d",
        "\u200e\u200f\u061c",
        "\u202a\u202e\u2066\u2069",
        "\u00ad",
        "\ufeff",
        "\u2060\u2064",
        "\U0001d173\U0001bca0",
        # Marks with nothing to stand on, and selectors of variants.
        "\u0301",
        "\u0903",
        "\u20dd",
        "\u034f",
        "\u17b4\u17b5",
        "\u180b\u180e",
        "\ufe0f",
        "\U000e0100",
        # Letters and symbols that are blank.
        "\u115f\u1160",
        "\u3164",
        "\uffa0",
        "\u2800",
        "\U0001d159",
        # Tags, and what will be ignored whatever it becomes.
        "\U000e0001\U000e0041\U000e007f",
        "\U000e0fff",
        "\ufff0",
        # Characters for nobody, and a half of one.
        "\ufdd0\uffff\U0010ffff",
        "\ud83d",
        " \u200b\u0301\u3164\u2800\U000e0041 ",
    ],
)
def test_nothing_to_see(text: str) -> None:
    assert visible_problem(text) == NOTHING_VISIBLE
    assert visible_problem(f"{text}x{text}") is None


@pytest.mark.parametrize(
    "text",
    [
        "a",
        ".",
        "~",
        "ß",
        "中",
        "한",
        "\u2801",
        "e\u0301",
        "\u0915\u094d\u0937",
        "❤\ufe0f",
        "👨\u200d👩\u200d👧",
        # Of a newer Unicode than that of Python 3.11, and one that no Unicode has yet.
        "\U0001fae9",
        "\U0001faff",
        # Private use: a platform's own symbols, which its fonts have.
        "\uf8ff",
        "\u200e\u05d0",
        "\x1b[31m",
        "",
    ],
)
def test_something_to_see_or_nothing_said(text: str) -> None:
    assert visible_problem(text) is None


def test_what_unicode_wants_ignored_is_invisible() -> None:
    """The property Default_Ignorable_Code_Point, as DerivedCoreProperties.txt lists it."""
    ranges = [
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A),
        (0xE0000, 0xE0FFF),
    ]
    seen = [
        hex(code)
        for first, last in ranges
        for code in range(first, last + 1)
        if visible_problem(chr(code)) is None
    ]
    assert seen == []
    # And hardly anything else is: most of what there is can be seen.
    hidden = sum(visible_problem(chr(code)) is not None for code in range(sys.maxunicode + 1))
    assert hidden < 15_000
