"""Text of machines: JSON and answers of others, as it is, whatever is in it."""

from __future__ import annotations

from typing import Final

import htpy as h
import msgspec

from partner_api.visible_text import json_text, visible_lines

_MOST_LINES: Final = 24
_MOST_CHARACTERS: Final = 2_000


def json_code(title: str, value: object, *, id: str) -> h.Node:
    """Return a value as JSON; what turns the direction of writing, or is not seen, is an escape, as JSON has it.

    Args:
        title: what it is.
        value: anything that msgspec writes as JSON.
        id: of the text on its page.
    """
    return _code(title, json_text(msgspec.to_builtins(value)), id)


def text_code(title: str, text: str, *, id: str) -> h.Node:
    """Return lines of text; what is not seen, or turns the direction of writing, is an escape.

    Args:
        title: what it is.
        text: whatever it has in it.
        id: of the text on its page.
    """
    return _code(title, visible_lines(text.replace("\r\n", "\n")), id)


def _code(title: str, text: str, id: str) -> h.Node:
    lines = text.splitlines()
    if len(lines) <= _MOST_LINES and len(text) <= _MOST_CHARACTERS:
        shown = _pre(title, text, id)
    else:
        beginning = "\n".join(lines[:_MOST_LINES])[:_MOST_CHARACTERS]
        shown = [
            h.details(".rest")[
                h.summary[f"All of it: {len(lines):,} lines, {len(text):,} characters"],
                _pre(title, text, id),
            ],
            h.pre(".beginning", dir="ltr")[beginning, "\n…"],
        ]
    return h.div(".code")[
        h.p(".code-title")[
            h.span[title],
            # A script shows it, and copies; without one, nothing is said of it.
            h.button(type="button", hidden=True, data_copy=id, aria_label=f"Copy: {title}"),
        ],
        shown,
    ]


def _pre(title: str, text: str, id: str) -> h.Node:
    # What scrolls can be scrolled with keys.
    return h.pre(id=id, dir="ltr", tabindex="0", role="region", aria_label=title)[text]
