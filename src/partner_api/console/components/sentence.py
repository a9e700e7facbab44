"""Sentences with names and links in them, which are also written as plain text, for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from partner_api.console.components.markup import element
from partner_api.console.components.text import identifier
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import htpy as h


class Named(msgspec.Struct, frozen=True):
    """Other people's text or an id in a sentence.

    Attributes:
        text: as it is written.
        href: the page of what it names.
        is_id: whether it is an id of ours.
    """

    text: str
    href: str | None = None
    is_id: bool = False


Words = tuple[str | Named, ...]


def shown(words: Words) -> h.Node:
    """Return a sentence with its links."""
    return [_shown(one) for one in words]


def plain(words: Words) -> str:
    """Return a sentence as text alone."""
    return "".join(one if isinstance(one, str) else visible(one.text) for one in words)


def listed(parts: Sequence[str]) -> str:
    """Join words to ``a, b and c``."""
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


def _shown(one: str | Named) -> h.Node:
    if isinstance(one, str):
        return one
    if one.is_id:
        return identifier(one.text, one.href)
    # As the text around it; a box, which long text of others stands in, would not lie on its line.
    name = element("bdi", visible(one.text))
    return element("a", name, href=one.href) if one.href else name
