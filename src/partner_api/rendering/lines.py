"""Lines of text in several fonts: what they are made of, how wide they are, how they are drawn."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import arabic_reshaper
from bidi import get_display
from PIL import Image, ImageDraw

from partner_api.rendering.fonts import is_emoji
from partner_api.rendering.segmentation import clusters

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from partner_api.rendering.fonts import Font, FontStack

Color = tuple[int, int, int]

# In parts of the font's size.
BOX_WIDTH = 0.62
_BOX_HEIGHT = 0.7
_BOX_LINE = 0.06
_PICTURE_HEIGHT = 1.12
_PICTURE_CENTER = 0.36

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Neutral in direction, and not likely in a hook: they stand for emoji while the rest is reordered.
_STAND_INS = [chr(point) for point in range(0x2500, 0x2580)]
_reshape = arabic_reshaper.ArabicReshaper({"delete_harakat": False}).reshape


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters of a line that one font draws; without a font, each of ``count`` is a box."""

    text: str
    count: int
    font: Font | None
    shaping: bool


class TextSetter:
    """Measures and draws lines with a stack of fonts.

    Args:
        fonts: in the order in which they are asked.
        shaping: join letters as the script wants, if this machine can.
    """

    def __init__(self, fonts: FontStack, *, shaping: bool = True) -> None:
        self._fonts = fonts
        self._shaping = shaping
        self._widths: dict[tuple[str, int], float] = {}
        self._parted: dict[str, list[Run]] = {}

    def width(self, text: str, size: int) -> float:
        """Return the width of a line in pixels, at a font size in pixels."""
        key = (text, size)
        if key not in self._widths:
            self._widths[key] = sum(_run_width(run, size) for run in self._runs(text))
        return self._widths[key]

    def draw(
        self, image: Image.Image, left: float, baseline: float, text: str, size: int, color: Color
    ) -> None:
        """Draw a line onto an RGB image, beginning at ``left``, letters standing on ``baseline``."""
        pen = ImageDraw.Draw(image)
        for run in self._runs(text):
            width = _run_width(run, size)
            if run.font is None:
                _draw_boxes(pen, left, baseline, run, size, color)
            elif run.font.has_pictures:
                _draw_pictures(image, left, baseline, run, size)
            else:
                font = run.font.at(size, shaping=run.shaping)
                pen.text((left, baseline), run.text, fill=color, font=font, anchor="ls")
            left += width

    def _runs(self, text: str) -> list[Run]:
        if text not in self._parted:
            self._parted[text] = self._part(text)
        return self._parted[text]

    def _part(self, text: str) -> list[Run]:
        reordered = any(
            unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text
        )
        parts: list[tuple[Font | None, list[str]]] = []
        for cluster in _for_the_eye(text) if reordered else clusters(text):
            font = self._fonts.font_for(cluster)
            if parts and (parts[-1][0] is font or (cluster == " " and _has_spaces(parts[-1][0]))):
                parts[-1][1].append(cluster)
            else:
                parts.append((font, [cluster]))
        runs = []
        for font, of_one_font in parts:
            joined = "".join(of_one_font)
            # What was turned for the eye has other neighbours than before.
            count = len(clusters(joined) if reordered and font is None else of_one_font)
            runs.append(Run(joined, count, font, self._shaping and not reordered))
        return runs


def _has_spaces(font: Font | None) -> bool:
    """Return whether a space behind what a font draws should be of it too; one between pictures is too wide."""
    return font is not None and not font.has_pictures


def _for_the_eye(text: str) -> list[str]:
    """Return the characters of a line with right-to-left text from left to right, letters joined."""
    pictures: dict[str, str] = {}
    free = iter([character for character in _STAND_INS if character not in text])
    covered = []
    for cluster in clusters(text):
        stand_in = next(free, None) if len(cluster) > 1 and is_emoji(cluster) else None
        if stand_in is not None:
            pictures[stand_in] = cluster
        covered.append(stand_in or cluster)
    visible = get_display(_reshape("".join(covered)))
    turned: list[str] = []
    marks = ""
    for character in visible:
        if unicodedata.combining(character):
            # Seen from the left, the marks of right-to-left letters come before their letter.
            marks += character
            continue
        turned.append(pictures.get(character, character) + marks)
        marks = ""
    return turned


def _run_width(run: Run, size: int) -> float:
    if run.font is None:
        return BOX_WIDTH * size * run.count
    if run.font.has_pictures:
        font, scale = _pictures(run.font, size)
        return float(font.getlength(run.text)) * scale
    return float(run.font.at(size, shaping=run.shaping).getlength(run.text))


def _draw_boxes(
    pen: ImageDraw.ImageDraw, left: float, baseline: float, run: Run, size: int, color: Color
) -> None:
    line = max(1, round(_BOX_LINE * size))
    for position in range(run.count):
        start = left + position * BOX_WIDTH * size
        pen.rectangle(
            (
                round(start + line),
                round(baseline - _BOX_HEIGHT * size),
                round(start + BOX_WIDTH * size - line),
                round(baseline),
            ),
            outline=color,
            width=line,
        )


def _draw_pictures(image: Image.Image, left: float, baseline: float, run: Run, size: int) -> None:
    assert run.font is not None  # noqa: S101 - the caller has looked
    font, scale = _pictures(run.font, size)
    box = font.getbbox(run.text, anchor="ls")
    width, height = round(box[2] - box[0]), round(box[3] - box[1])
    if not width or not height:
        return
    layer = Image.new("RGBA", (width, height))
    ImageDraw.Draw(layer).text(
        (-box[0], -box[1]), run.text, font=font, anchor="ls", embedded_color=True
    )
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    layer = layer.resize(target, Image.Resampling.LANCZOS)
    top = baseline - _PICTURE_CENTER * size - target[1] / 2
    image.paste(layer, (round(left + box[0] * scale), round(top)), layer)


def _pictures(font: Font, size: int) -> tuple[FreeTypeFont, float]:
    """Return the font in the size that it has, and the scale from there to the wanted size."""
    pictured = font.at(font.picture_size or size, shaping=True)
    ascent, descent = pictured.getmetrics()
    return pictured, _PICTURE_HEIGHT * size / (ascent + descent)
