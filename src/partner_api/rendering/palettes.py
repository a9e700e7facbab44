"""Colours that go together: a background that changes from top to bottom, and text on it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from partner_api.rendering.lines import Color

LEAST_CONTRAST = 7.0
"""What the accessibility guidelines of the web (WCAG 2, level AAA) ask of text."""


class Palette(NamedTuple):
    """Colours of one slideshow, as red, green and blue from 0 to 255."""

    top: Color
    bottom: Color
    text: Color
    accent: Color


PALETTES = (
    Palette((24, 20, 54), (74, 28, 94), (255, 255, 255), (255, 179, 92)),
    Palette((8, 40, 52), (12, 82, 84), (255, 255, 255), (126, 236, 196)),
    Palette((255, 236, 209), (255, 205, 178), (52, 23, 40), (196, 52, 84)),
    Palette((18, 18, 20), (44, 46, 54), (255, 255, 255), (254, 220, 86)),
    Palette((232, 240, 255), (197, 216, 255), (18, 26, 66), (62, 84, 214)),
    Palette((92, 16, 38), (128, 28, 34), (255, 248, 240), (255, 190, 130)),
    Palette((226, 246, 226), (190, 230, 206), (12, 44, 34), (20, 124, 84)),
)


def palette_for(text: str) -> Palette:
    """Choose a palette by the text: the same one each time, another one for most other texts."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return PALETTES[digest[0] % len(PALETTES)]


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
