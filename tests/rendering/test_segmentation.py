"""The rules are those of the library, on every text; only the time that they take is not."""

# ruff: noqa: RUF001 - the letters of many scripts look alike

from __future__ import annotations

import random

import pytest
from tests.rendering.hostile import KINDS, hostile
from uniseg.graphemecluster import grapheme_clusters
from uniseg.linebreak import line_break_units
from uniseg.sentencebreak import sentences as sentences_of_the_library

from partner_api.rendering.segmentation import MOST_CODE_POINTS, clusters, line_units, sentences

TEXTS = (
    "",
    "Dr. Bean paid $3.50 (50% off) — “really?” Yes!\r\nIt's 12,000/yr.",
    "مرحبا بالعالم! 123 שלום (abc) 42.",
    "नमस्ते दुनिया! क्षत्रिय विज्ञान",
    "コーヒーは一日三杯まで。「本当に？」と彼は言った。",
    "สวัสดีชาวโลก กาแฟ",
    "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏽 🇩🇪🇫🇷🇮🇹 1\ufe0f\u20e3",
)
# Those at which rules look around themselves.
_LETTERS = (
    "aA1.?!,;:/-'\"()«»“” \u00a0\u2060\u200b\n\r\u2028\u0301\u200d\u094d\u0915\u093e\u05d0\u0e01\u0e31"
    "\u1100\u1161\u11a8\uac00\u25cc\u1b05\u1b44\u2010\u3042\u3002\U0001f1e9\U0001f469\U0001f3fd\U000e0041"
)


def assert_same(text: str) -> None:
    whole = list(grapheme_clusters(text))
    if all(len(cluster) <= MOST_CODE_POINTS for cluster in whole):
        assert clusters(text) == whole, ascii(text)
    assert line_units(text) == list(line_break_units(text)), ascii(text)
    assert sentences(text) == list(sentences_of_the_library(text)), ascii(text)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_parted_as_the_library_does(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_texts_are_too(kind: str) -> None:
    assert_same(hostile(kind, 30))


def test_any_text_is() -> None:
    _assert_any_is_same(random.Random(42), 200)


@pytest.mark.long
def test_any_text_is_at_length() -> None:
    _assert_any_is_same(random.Random(), 20_000)


def _assert_any_is_same(choice: random.Random, texts: int) -> None:
    for _ in range(texts):
        parts = (choice.choice(_LETTERS) * choice.choice((1, 1, 1, 2, 4)) for _ in range(12))
        assert_same("".join(parts))
