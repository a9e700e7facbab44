"""Setting the text of a slide: the largest size at which it fits, and where each line ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uniseg.graphemecluster import grapheme_clusters
from uniseg.linebreak import line_break_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.generation.rendering.lines import Setter

LINE_HEIGHT = 1.24
"""From one baseline to the next, in parts of the font's size."""

# In parts of the largest size: below the first, words may be parted to keep letters readable.
_PARTING_FROM = 0.5
_STEP = 0.94
_LEAST_SIZE = 4


@dataclass(frozen=True, slots=True)
class Block:
    """Text as it is set: a font size in pixels, and the lines from the top."""

    size: int
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """From the top of the first line to the bottom of the last, in pixels."""
        return len(self.lines) * self.size * LINE_HEIGHT


def fit(setter: Setter, text: str, width: int, height: int, largest: int) -> Block:
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
    paragraphs = [list(line_break_units(line)) for line in text.split("\n")]
    size = float(largest)
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


def _balanced(
    setter: Setter, paragraphs: list[list[str]], lines: list[str], width: int, size: int
) -> list[str]:
    """Make lines of more equal length, without making them more: no word is left alone at the end."""
    best, widest, narrowest = lines, width, width // 2
    while widest - narrowest > size // 2:
        middle = (widest + narrowest) // 2
        tried = [line for units in paragraphs for line in _wrap(setter, units, middle, size, True)]
        if len(tried) == len(lines) and all(setter.width(line, size) <= width for line in tried):
            best, widest = tried, middle
        else:
            narrowest = middle
    return best


def _wrap(setter: Setter, units: list[str], width: int, size: int, whole: bool) -> Iterator[str]:
    """Fill lines with units, which a line may end after; ``whole`` leaves too wide ones alone."""
    line = ""
    for unit in units:
        if setter.width((line + unit).rstrip(), size) <= width:
            line += unit
            continue
        if line.strip():
            yield line.rstrip()
        line = unit
        if not whole and setter.width(unit.rstrip(), size) > width:
            line = ""
            for cluster in grapheme_clusters(unit):
                if line and setter.width(line + cluster, size) > width:
                    yield line
                    line = ""
                line += cluster
    yield line.rstrip()
