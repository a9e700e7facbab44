"""How a hook is parted into slides."""

from __future__ import annotations

import pytest

from partner_api.rendering.script import MOST_SLIDES, split_into_slides


def test_a_sentence_is_a_slide_and_short_ones_share_one() -> None:
    hook = (
        "Stop scrolling! Three cups of coffee a day are fine for you. Why? Ask Dr. Bean about it."
    )
    assert split_into_slides(hook) == [
        "Stop scrolling!",
        "Three cups of coffee a day are fine for you.",
        "Why? Ask Dr. Bean about it.",
    ]


def test_an_empty_line_begins_a_slide_and_a_line_break_stays() -> None:
    assert split_into_slides("1. Beans\n2. Water\r\n\r\n \nThat is it.") == [
        "1. Beans\n2. Water",
        "That is it.",
    ]


def test_a_picture_stays_with_the_sentence_before_it() -> None:
    first, second = split_into_slides(
        "Look at this wonderful machine! 👀☕ It makes coffee by itself."
    )
    assert first == "Look at this wonderful machine! 👀☕"
    assert second == "It makes coffee by itself."


def test_what_is_too_long_is_parted_between_words_evenly() -> None:
    words = "coffee " * 60
    slides = split_into_slides(words)
    assert len(slides) > 1
    assert " ".join(slides) == words.strip()
    lengths = [len(slide) for slide in slides]
    assert max(lengths) - min(lengths) <= len("coffee ")


@pytest.mark.parametrize(
    "hook", ["x" * 2_000, "😀" * 2_000, "好" * 2_000, "a. " * 666, "ab\n\n" * 500]
)
def test_nothing_is_lost_and_there_are_never_more_than_ten(hook: str) -> None:
    slides = split_into_slides(hook)
    assert len(slides) <= MOST_SLIDES
    assert "".join("".join(slides).split()) == "".join(hook.split())


def test_what_belongs_together_is_not_parted() -> None:
    family = "👨\u200d👩\u200d👧"
    for slide in split_into_slides(family * 300):
        assert slide == family * (len(slide) // len(family))


@pytest.mark.parametrize("hook", [" \n\n ", "\u200b\ufeff", "\x00\x01"])
def test_a_hook_that_shows_nothing_is_one_empty_slide(hook: str) -> None:
    assert split_into_slides(hook) == [""]
