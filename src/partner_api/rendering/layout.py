"""Setting the text of a slide: the largest size at which it fits, and where each line ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partner_api.rendering.segmentation import clusters, line_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partner_api.rendering.lines import TextSetter

LINE_HEIGHT = 1.24
"""From one baseline to the next, in parts of the font's size."""

# In parts of the largest size: below the first, words may be parted to keep letters readable.
_PARTING_FROM = 0.5
_STEP = 0.94
_LEAST_SIZE = 4
# Text is never less than so many times as wide as at the largest size, in proportion: fonts round at small sizes.
_NARROWEST = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """Text as it is set: a font size in pixels, and the lines from the top."""

    size: int
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """From the top of the first line to the bottom of the last, in pixels."""
        return len(self.lines) * self.size * LINE_HEIGHT


def fit(setter: TextSetter, text: str, width: int, height: int, largest: int) -> Block:
    """Set text as large as it fits.

    Words are kept whole as long as the letters stay at half the largest size; after that a word
    that is wider than a line is parted.

    Args:
        setter: measures.
        text: with line breaks where a line has to end.
        width: of the space, in pixels.
        height: of the space, in pixels.
        largest: size of the letters in pixels.
    """
    paragraphs = [line_units(line) for line in text.split("\n")]
    size = float(largest)
    surely_too_large = _too_large(setter, paragraphs, width, height, largest)
    while size > surely_too_large:
        size *= _STEP
    while True:
        pixels = max(round(size), _LEAST_SIZE)
        whole = pixels > largest * _PARTING_FROM
        lines = [
            line for units in paragraphs for line in _wrap(setter, units, width, pixels, whole)
        ]
        block = Block(pixels, tuple(lines))
        if pixels == _LEAST_SIZE or (
            block.height <= height and all(setter.width(line, pixels) <= width for line in lines)
        ):
            return Block(pixels, tuple(_balanced(setter, paragraphs, lines, width, pixels)))
        size *= _STEP


def _too_large(
    setter: TextSetter, paragraphs: list[list[str]], width: int, height: int, largest: int
) -> float:
    """Return a size above which text is longer than all lines together, so that larger ones need not be tried."""
    total = sum(setter.width(unit.rstrip(), largest) for units in paragraphs for unit in units)
    ems = max(total * _NARROWEST / largest, 1.0)
    by_paragraphs = height / (len(paragraphs) * LINE_HEIGHT)
    return min(by_paragraphs, math.sqrt(height * width / (ems * LINE_HEIGHT)))


def _balanced(
    setter: TextSetter, paragraphs: list[list[str]], lines: list[str], width: int, size: int
) -> list[str]:
    """Even out the lengths of lines without adding a line: no word is left alone at the end."""
    best, widest, narrowest = lines, width, width // 2
    while widest - narrowest > size // 2:
        middle = (widest + narrowest) // 2
        tried = [line for units in paragraphs for line in _wrap(setter, units, middle, size, True)]
        if len(tried) == len(lines) and all(setter.width(line, size) <= width for line in tried):
            best, widest = tried, middle
        else:
            narrowest = middle
    return best


def _wrap(
    setter: TextSetter, units: list[str], width: int, size: int, whole: bool
) -> Iterator[str]:
    """Fill lines with units, which a line may end after; ``whole`` leaves too wide ones alone."""
    line, place = "", 0
    while True:
        count = _that_fit(setter, line, units, place, width, size)
        line += "".join(units[place : place + count])
        place += count
        if place == len(units):
            yield line.rstrip()
            return
        if line.strip():
            yield line.rstrip()
        line = units[place]
        place += 1
        if not whole and setter.width(line.rstrip(), size) > width:
            *full, line = _parted(setter, line, width, size)
            yield from full


def _that_fit(
    setter: TextSetter, line: str, units: list[str], place: int, width: int, size: int
) -> int:
    """Return how many of the units from a place on a line takes behind what it has."""

    def fits(count: int) -> bool:
        text = line + "".join(units[place : place + count])
        return setter.width(text.rstrip(), size) <= width

    return _most(len(units) - place, fits)


def _parted(setter: TextSetter, unit: str, width: int, size: int) -> list[str]:
    """Fill lines with the characters of a unit that is too wide for one; each line has at least one."""
    lines: list[str] = []
    characters = clusters(unit)
    place = 0

    def fits(count: int) -> bool:
        return setter.width("".join(characters[place : place + count]), size) <= width

    while place < len(characters):
        count = max(1, _most(len(characters) - place, fits))
        lines.append("".join(characters[place : place + count]))
        place += count
    return lines


def _most(count: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to ``count`` that fits, or 0, if with a number each smaller one fits.

    Tries few numbers, and none that is more than twice the result, for what is tried is as long as its number.
    """
    fitting, tried = 0, 1
    while tried <= count and fits(tried):
        fitting, tried = tried, tried * 2
    too_many = min(tried, count + 1)
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if fits(middle):
            fitting = middle
        else:
            too_many = middle
    return fitting
