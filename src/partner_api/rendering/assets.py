"""What rendering takes and what it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Report = Callable[[str, float], None]
"""Takes the stage and how much of it is done, 0 to 1."""

AssetKind = Literal["slide", "poster", "video"]


class SlideshowInputs(NamedTuple):
    """What a slideshow is made from: ``hook``, 1 to 2,000 characters of any language."""

    hook: str


class RenderedAsset(NamedTuple):
    """One finished file. ``name`` is unique within its container; sizes are pixels."""

    kind: AssetKind
    name: str
    width: int
    height: int
    mime_type: str
    content: bytes
