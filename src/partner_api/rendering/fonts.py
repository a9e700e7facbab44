"""Fonts: where they are, which characters each has, and which one a character is drawn with.

The fonts of the package `pymupdf-fonts` are always there and are asked first, so that slides look
alike on every machine; they have Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Georgian and
Devanagari. What they lack comes from the machine's fonts.
"""

from __future__ import annotations

import io
import os
import re
import sys
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont, features
from pymupdf_fonts import FiraGO_Bold, NotoSansMath_Regular, NotoSansSymbols2_Regular
from uniseg.emoji import emoji_presentation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.ImageFont import FreeTypeFont

SCRIPTS = {
    "Latin": "aé",
    "Cyrillic": "жї",
    "Greek": "λ",
    "Arabic": "ع",
    "Hebrew": "ש",
    "Devanagari": "क",
    "Thai": "ก",
    "Chinese": "汉漢",
    "Japanese": "あア",
    "Korean": "한",
    "emoji": "😀🎉",
}
"""Characters that stand for what the world writes in, for saying what is covered."""

# What is drawn with the font of whatever stands before it, or not at all.
INVISIBLE = frozenset("\u200c\u200d\ufe0e\ufe0f" + "".join(map(chr, range(0xE0020, 0xE0080))))
_TEXT_STYLE = "\ufe0e"
_EMOJI_STYLE = frozenset("\ufe0f\u20e3")
_KEYCAP_BASES = frozenset("0123456789#*")

# The sizes at which fonts with pictures for glyphs have them.
_PICTURE_SIZES = (109, 160, 136, 128, 96, 64)
_PICTURE_TABLES = ("CBDT", "sbix")
# Better ones first. Names that match none are tried last, plain upright sans before the rest.
_PREFERRED = (
    r"notocoloremoji|apple color emoji",
    r"notosanscjk-bold|notosanscjk|notosans(sc|tc|jp|kr)",
    r"pingfang|hiragino|applesdgothic|sourcehansans|wqy|droidsansfallback|ipag|nanumgothic",
    r"notosans.*bold",
    r"notosans",
    r"dejavusans-bold\.",
    r"dejavusans\.",
    r"arial unicode|arial bold|liberationsans-bold",
)
_UNWANTED = re.compile(r"mono|serif|italic|oblique|light|thin|condensed", re.IGNORECASE)
_MOST_FILES = 400
# For how many clusters it is remembered which font draws them, in a process that may live for months.
_MOST_CHOSEN = 20_000


class Font:
    """A font file; of a collection the first face, as its faces have the same characters."""

    def __init__(self, source: Path | bytes) -> None:
        self._source = source
        self._sizes: dict[tuple[int, bool], FreeTypeFont] = {}
        self.name = source.name if isinstance(source, Path) else "bundled"

    @cached_property
    def _facts(self) -> tuple[frozenset[int], bool]:
        """Which code points it has, and whether its glyphs are pictures. Unreadable: none."""
        try:
            with TTFont(self._file(), fontNumber=0, lazy=True) as font:
                pictures = any(table in font for table in _PICTURE_TABLES)
                drawn = pictures or any(table in font for table in ("glyf", "CFF ", "CFF2"))
                return frozenset(font.getBestCmap() or () if drawn else ()), pictures
        except (OSError, TTLibError, ValueError, KeyError, AssertionError):
            return frozenset(), False

    @property
    def has_pictures(self) -> bool:
        """Whether its glyphs are pictures in their own colours, of one size."""
        return self._facts[1]

    @cached_property
    def picture_size(self) -> int | None:
        """The size at which its pictures can be had; None if no size is known to work."""
        for size in _PICTURE_SIZES:
            try:
                self.at(size, shaping=False)
            except OSError:
                continue
            return size
        return None

    def covers(self, text: str) -> bool:
        """Return whether it has every character of ``text`` that is seen."""
        points, pictures = self._facts
        return all(
            ord(character) in points for character in text if character not in INVISIBLE
        ) and (not pictures or self.picture_size is not None)

    def at(self, size: int, *, shaping: bool) -> FreeTypeFont:
        """Return it in a size, in pixels per em.

        Args:
            size: for fonts of pictures, the ``picture_size``.
            shaping: join letters as the script wants, where the machine can; not for text that
                was put into the order of the eye already.
        """
        if (size, shaping) not in self._sizes:
            engine = ImageFont.Layout.RAQM if shaping and can_shape() else ImageFont.Layout.BASIC
            self._sizes[size, shaping] = ImageFont.truetype(
                self._file(), size, layout_engine=engine
            )
        return self._sizes[size, shaping]

    def _file(self) -> str | io.BytesIO:
        return str(self._source) if isinstance(self._source, Path) else io.BytesIO(self._source)


class FontStack:
    """Fonts in the order in which they are asked for a character."""

    def __init__(self, fonts: Sequence[Font]) -> None:
        self._fonts = tuple(fonts)
        self._chosen: dict[str, Font | None] = {}

    def font_for(self, cluster: str) -> Font | None:
        """Return the font that draws all of a character with its marks; None if no font has it."""
        if cluster not in self._chosen:
            if len(self._chosen) >= _MOST_CHOSEN:
                self._chosen.clear()
            self._chosen[cluster] = self._choose(cluster)
        return self._chosen[cluster]

    def scripts(self) -> dict[str, bool]:
        """Return for each of ``SCRIPTS`` whether it can be drawn."""
        return {
            name: all(self.font_for(character) is not None for character in sample)
            for name, sample in SCRIPTS.items()
        }

    def _choose(self, cluster: str) -> Font | None:
        covering = (font for font in self._fonts if font.covers(cluster))
        if not is_emoji(cluster):
            return next(covering, None)
        fallback: Font | None = None
        for font in covering:
            if font.has_pictures:
                return font
            fallback = fallback or font
        return fallback


def is_emoji(cluster: str) -> bool:
    """Return whether a character is meant as a picture rather than as a letter."""
    if _TEXT_STYLE in cluster:
        return False
    if cluster[0] in _KEYCAP_BASES:
        return "\u20e3" in cluster
    return bool(_EMOJI_STYLE & set(cluster)) or bool(emoji_presentation(cluster[0]))


@lru_cache(maxsize=1)
def can_shape() -> bool:
    """Return whether this machine has what Pillow needs to join letters (raqm with FriBiDi)."""
    return bool(features.check_feature("raqm")) and bool(features.check_feature("fribidi"))


@lru_cache(maxsize=1)
def bundled_fonts() -> FontStack:
    """Return the fonts that came with the server alone: the same on every machine."""
    return FontStack([*_bundled()])


@lru_cache(maxsize=4)
def installed_fonts(folder: Path | None = None) -> FontStack:
    """Return the bundled fonts and behind them those of the machine.

    Args:
        folder: a further folder of fonts, whose fonts are asked before the machine's.
    """
    files = (_files([folder]) if folder is not None else []) + _files(_system_folders())
    return FontStack([*_bundled(), *map(Font, files)])


def _bundled() -> Iterator[Font]:
    for module in (FiraGO_Bold, NotoSansSymbols2_Regular, NotoSansMath_Regular):
        yield Font(module.fontbuffer)


def _system_folders() -> list[Path]:
    home = Path(os.path.expanduser("~"))
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    return [
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    ]


def _files(folders: Sequence[Path]) -> list[Path]:
    """List font files, the preferred ones first; the order depends on their names alone."""
    found = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in {".ttf", ".otf", ".ttc", ".otc"} and path.is_file()
    }
    return sorted(found, key=_rank)[:_MOST_FILES]


def _rank(path: Path) -> tuple[int, bool, str]:
    name = path.name.lower()
    preferred = (place for place, pattern in enumerate(_PREFERRED) if re.search(pattern, name))
    unwanted = _UNWANTED.search(name) is not None
    place = len(_PREFERRED) if unwanted else next(preferred, len(_PREFERRED))
    return place, unwanted, str(path)
