"""Docstrings of Python and comments of TypeScript, wrapped and safe to stand in code."""

from __future__ import annotations

import re
import textwrap

_WIDTH = 100


def wrapped(text: str, indent: int, first: str = "", rest: str = "") -> list[str]:
    """Break text into lines that are not too long with their indentation; paragraphs stay apart.

    Args:
        text: what to say.
        indent: how many columns the lines begin with, which are not part of the answer.
        first: put before the first line.
        rest: put before the lines after it.
    """
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        if lines:
            lines.append("")
        lines += textwrap.wrap(
            paragraph,
            _WIDTH - indent,
            initial_indent=first if not lines else rest,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def docstring(lines: list[str], indent: int) -> str:
    """Return lines as a docstring of Python, which nothing in them can end."""
    # A quote before another one, or at the end, could be a part of three.
    text = re.sub(r'"(?="|\Z)', r"\"", "\n".join(lines).replace("\\", "\\\\"))
    if len(lines) > 1:
        text += "\n"
    return textwrap.indent(f'"""{text}"""', " " * indent)


def jsdoc(lines: list[str], indent: int) -> str:
    """Return lines as a comment of TypeScript, which nothing in them can end."""
    safe = [line.replace("*/", "*\\/") for line in lines]
    if len(safe) == 1 and len(safe[0]) + indent + 7 <= _WIDTH:
        return f"{' ' * indent}/** {safe[0]} */"
    body = "\n".join(f" * {line}".rstrip() for line in safe)
    return textwrap.indent(f"/**\n{body}\n */", " " * indent)


def sentence(text: str) -> str:
    """Return text with a full stop, unless it ends as a sentence does."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


def of_pages(how: str, item: str) -> str:
    """Return what a list answers: how to read it, then what each of its items is.

    Args:
        how: a sentence on pages.
        item: what an item says of itself, a sentence or nothing.
    """
    return f"{how} Each item: {item[0].lower()}{item[1:]}" if item else how
