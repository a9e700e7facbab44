"""Parting a hook into slides: by blank lines and sentences, then by length."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from partner_api.rendering.fonts import is_emoji
from partner_api.rendering.segmentation import clusters, line_units, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SLIDES = 10

# Widths are in Latin letters. Sentences shorter than the first share a slide, one longer than the
# second is parted; both grow until everything is on 10 slides.
_SHARED_WIDTH = 40.0
_PARTED_WIDTH = 130.0
_GROWTH = 1.15
_MOST_LINES_KEPT = 8
_MOST_MARKS = 3
# Of characters that only change the one before them, as in the stream-safe format of UAX #15.
_MOST_EXTENDING = 30
_ABBREVIATION = re.compile(r"\b([A-Z]|Dr|Mr|Mrs|Ms|St|Prof|vs|No|Nr)\.$")
# The longest abbreviation, its full stop, and what stands before it.
_ABBREVIATION_CHARACTERS = 6
# Format characters that change what is seen: the joiners, and the tags of some flags.
_JOINERS = frozenset("\u200c\u200d" + "".join(map(chr, range(0xE0020, 0xE0080))))


class _Sentence:
    """A sentence with what is behind it, measured once: looking characters up takes its time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.width = _width(text)

    @cached_property
    def _units(self) -> list[tuple[str, int]]:
        return [(unit, _width(unit)) for unit in line_units(self.text)]

    @cached_property
    def _characters(self) -> list[tuple[str, int]]:
        return [(cluster, _width(cluster)) for cluster in clusters(self.text)]

    def pieces(self, most: float) -> Iterator[tuple[str, int]]:
        """Return it in pieces of about the same width, at most ``most``, and their widths."""
        if self.width <= most:
            yield self.text, self.width
            return
        even = self.width / -(-self.width // most)
        words = all(width <= even for _, width in self._units)
        piece, used = "", 0
        for unit, width in self._units if words else self._characters:
            if piece and (used >= even or used + width > most):
                yield piece, used
                piece, used = "", 0
            piece += unit
            used += width
        yield piece, used


def split_into_slides(hook: str) -> list[str]:
    """Part a hook into the texts of 1 to 10 slides.

    A blank line begins a new slide, as long as there is room for that many. Very short sentences
    share a slide; one that is too long for a slide is parted where a line may end. Line breaks
    stay, unless they are so many that the slide would be a column.

    Returns:
        The texts. None is empty, unless there is nothing to see in the hook: then it is the only
        one.
    """
    paragraphs = _paragraphs(_clean(hook))
    if not paragraphs:
        return [""]
    if len(paragraphs) > MOST_SLIDES:
        paragraphs = [[line for paragraph in paragraphs for line in paragraph]]
    parsed = [
        [_Sentence(text) for line in paragraph for text in _sentences(line + "\n")]
        for paragraph in paragraphs
    ]
    total = sum(sentence.width for paragraph in parsed for sentence in paragraph)
    shared = max(_SHARED_WIDTH, total / MOST_SLIDES / 2)
    while True:
        slides = [slide for paragraph in parsed for slide in _pack(paragraph, shared)]
        if len(slides) <= MOST_SLIDES:
            return slides
        shared *= _GROWTH


def _clean(text: str) -> str:
    """Return text in composed form, without control characters and without towers of marks."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", _stream_safe(text.replace("\r\n", "\n"))):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character in "\n\r\v\f\x85\u2028\u2029":
            kept.append("\n")
        elif category in {"Cc", "Cs", "Zs"}:
            kept.append(" ")
        elif marks <= _MOST_MARKS and (category != "Cf" or character in _JOINERS):
            kept.append(character)
    return "".join(kept)


def _stream_safe(text: str) -> str:
    """Cut off what is more than 30 marks and joiners on one character, which takes longer the more they are."""
    kept: list[str] = []
    extending = 0
    for character in text:
        extends = unicodedata.category(character) in {"Mn", "Me", "Cf"}
        extending = extending + 1 if extends else 0
        if extending <= _MOST_EXTENDING:
            kept.append(character)
    return "".join(kept)


def _paragraphs(text: str) -> list[list[str]]:
    """Return the lines that show something, grouped by the blank ones between them."""
    paragraphs: list[list[str]] = [[]]
    for line in (" ".join(line.split()) for line in text.split("\n")):
        if any(unicodedata.category(character)[0] not in "CMZ" for character in line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _pack(sentences_of_paragraph: list[_Sentence], shared: float) -> list[str]:
    """Put the sentences of a paragraph on slides, in their order."""
    parts: list[list[str]] = []
    used = 0
    for sentence in sentences_of_paragraph:
        for piece, width in sentence.pieces(max(shared, _PARTED_WIDTH)):
            if parts and used + width <= shared:
                parts[-1].append(piece)
                used += width
            else:
                parts.append([piece])
                used = width
    slides = ["".join(slide).strip() for slide in parts]
    return [
        slide.replace("\n", " ") if slide.count("\n") >= _MOST_LINES_KEPT else slide
        for slide in slides
    ]


def _sentences(line: str) -> list[str]:
    """Part a line at the ends of sentences, but not after titles and initials."""
    found: list[list[str]] = []
    ending = ""
    for sentence in sentences(line):
        if found and (_ABBREVIATION.search(ending.rstrip()) or not sentence.strip()):
            found[-1].append(sentence)
            ending = _ending(ending, sentence)
            continue
        pictures = ""
        if found:
            # "Look! 👀 And then": the picture belongs to what it follows.
            pictures = "".join(takewhile(_is_picture_or_space, clusters(sentence)))
            found[-1].append(pictures)
            ending = _ending(ending, pictures)
        if pictures != sentence:
            found.append([sentence.removeprefix(pictures)])
            ending = _ending("", found[-1][0])
    return ["".join(parts) for parts in found]


def _ending(before: str, more: str) -> str:
    """Return the last characters of a text, as many as are looked at, when ``more`` is behind it."""
    text = before + more
    return text.rstrip()[-_ABBREVIATION_CHARACTERS:] + (" " if text[-1:].isspace() else "")


def _is_picture_or_space(cluster: str) -> bool:
    return cluster.isspace() or is_emoji(cluster)


def _width(text: str) -> int:
    """Estimate how wide text is, in Latin letters: what East Asia writes is twice as wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
