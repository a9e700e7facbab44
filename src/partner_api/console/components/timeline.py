"""What happened to a thing, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h
import msgspec

from partner_api.console.components.text import instant

if TYPE_CHECKING:
    from collections.abc import Sequence


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened.

    Attributes:
        at: when, as the API writes times.
        sentence: what, in words.
        details: more about it, such as who did it.
    """

    at: str
    sentence: h.Node
    details: h.Node = None


def timeline(moments: Sequence[Moment], *, empty: str = "Nothing has happened yet.") -> h.Node:
    """Return moments as a list, in the order in which they come."""
    if not moments:
        return h.p(".empty")[empty]
    return h.ol(".timeline")[
        (
            h.li[
                instant(one.at),
                h.div[h.p[one.sentence], h.div(".quiet")[one.details] if one.details else None],
            ]
            for one in moments
        )
    ]
