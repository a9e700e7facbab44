"""Drawing one slide: background, text within the safe area, and where in the slideshow it is."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageDraw

from partner_api.rendering.layout import LINE_HEIGHT, fit

if TYPE_CHECKING:
    from partner_api.rendering.lines import TextSetter
    from partner_api.rendering.palettes import Palette

_LARGEST = 0.12
_LARGEST_FIRST = 0.135
_DOT = 0.008
_DOT_DISTANCE = 0.034
_DOTS_ABOVE_BOTTOM = 0.02
_TEXT_ABOVE_DOTS = 0.05
# How far below the middle of a line its baseline is, in parts of the font's size.
_BASELINE = 0.36
_STROKES = 0.006
_SAMPLES = 4


class Frame(NamedTuple):
    """The size of a slide and the part of it that no control of the app covers, in pixels."""

    width: int
    height: int
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of_width(cls, width: int) -> Frame:
        """Create a frame of 9:16.

        TikTok's search and tabs cover the top, its buttons the right side and the caption the
        bottom; the left margin is as wide as the right one, so that what is centred is so on the
        screen.
        """
        height = width * 16 // 9
        side = round(width * 0.13)
        return cls(width, height, side, height * 11 // 100, width - side, height * 76 // 100)


def draw_slide(
    setter: TextSetter, frame: Frame, palette: Palette, text: str, position: int, count: int
) -> Image.Image:
    """Draw a slide.

    Args:
        setter: draws text in its fonts.
        frame: size and safe area.
        palette: colours.
        text: of this slide.
        position: of this slide in its slideshow, from 0.
        count: of the slideshow's slides.

    Returns:
        An RGB image of the frame's size. Outside the safe area it is background alone.
    """
    image = background(frame, palette).copy()
    safe = image.crop((frame.left, frame.top, frame.right, frame.bottom))
    _draw_text(setter, frame, palette, text, safe, first=position == 0)
    if count > 1:
        _draw_dots(safe, frame, palette, position, count)
    # What reaches out of the safe area is cut off here, whatever a font does.
    image.paste(safe, (frame.left, frame.top))
    return image


# All slides of a slideshow have the same one.
@lru_cache(maxsize=1)
def background(frame: Frame, palette: Palette) -> Image.Image:
    """Return the background alone, not to be drawn on: one colour for each row of pixels."""
    column = Image.new("RGB", (1, frame.height))
    last = frame.height - 1
    for row in range(frame.height):
        column.putpixel(
            (0, row),
            tuple(
                round(start + (end - start) * row / last)
                for start, end in zip(palette.top, palette.bottom, strict=True)
            ),
        )
    return column.resize((frame.width, frame.height), Image.Resampling.NEAREST)


def png(image: Image.Image) -> bytes:
    """Write an image as PNG; the same image gives the same bytes."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=6)
    return file.getvalue()


def _draw_text(
    setter: TextSetter, frame: Frame, palette: Palette, text: str, safe: Image.Image, *, first: bool
) -> None:
    height = safe.height - round(frame.width * _TEXT_ABOVE_DOTS)
    largest = round(frame.width * (_LARGEST_FIRST if first else _LARGEST))
    # Strokes reach a little beyond the width that a font gives for its letters.
    width = safe.width - 2 * round(frame.width * _STROKES)
    block = fit(setter, text, width, height, largest)
    line_height = block.size * LINE_HEIGHT
    middle = (height - block.height) / 2 + line_height / 2
    for line in block.lines:
        left = (safe.width - setter.width(line, block.size)) / 2
        baseline = middle + _BASELINE * block.size
        setter.draw(safe, round(left), round(baseline), line, block.size, palette.text)
        middle += line_height


def _draw_dots(
    safe: Image.Image, frame: Frame, palette: Palette, position: int, count: int
) -> None:
    """Show by a row of dots how many slides there are and which one this is."""
    radius = max(1, round(frame.width * _DOT))
    distance = frame.width * _DOT_DISTANCE
    # Drawn larger and scaled down: Pillow's own circles have stairs.
    size = (2 * radius + 1) * _SAMPLES
    mask = Image.new("L", (size, size))
    ImageDraw.Draw(mask).ellipse((0, 0, size - 1, size - 1), fill=255)
    mask = mask.resize((2 * radius + 1, 2 * radius + 1), Image.Resampling.LANCZOS)
    top = round(safe.height - frame.width * _DOTS_ABOVE_BOTTOM - radius)
    for dot in range(count):
        center = safe.width / 2 + (dot - (count - 1) / 2) * distance
        shown = mask if dot == position else mask.point(lambda value: value * 2 // 5)
        color = palette.accent if dot == position else palette.text
        safe.paste(color, (round(center - radius), top), shown)
