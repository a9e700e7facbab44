"""What rendering costs grows with the text and no faster, whatever the text is. Steps are counted, not time."""

from __future__ import annotations

import cProfile
from typing import TYPE_CHECKING

import pytest
from bidi import get_display
from tests.rendering.hostile import KINDS, hostile

from partner_api.rendering import lines
from partner_api.rendering.fonts import bundled_fonts
from partner_api.rendering.lines import TextSetter
from partner_api.rendering.palettes import PALETTES
from partner_api.rendering.sample import render_sample
from partner_api.rendering.script import split_into_slides
from partner_api.rendering.segmentation import MOST_CODE_POINTS, clusters
from partner_api.rendering.slides import Frame, draw_slide

if TYPE_CHECKING:
    from partner_api.rendering.lines import Run

_FRAME = Frame.of_width(270)
_LENGTH = 200
# Twice, and what a smaller size or one more slide adds.
_MOST_GROWTH = 2.5
_MOST_TIMES_PLAIN = 12
_PLAIN = "Coffee is a seed, and roasting it is chemistry. "


def _render(hook: str) -> None:
    setter = TextSetter(bundled_fonts(), shaping=False)
    texts = split_into_slides(hook)
    for position, text in enumerate(texts):
        draw_slide(setter, _FRAME, PALETTES[0], text, position, len(texts))


def _steps(hook: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The calls of functions in rendering a hook, those into C included, and the characters measured and turned."""
    steps = 0
    width = lines._run_width

    def measure(run: Run, size: int) -> float:
        nonlocal steps
        steps += len(run.text)
        return width(run, size)

    def turn(text: str) -> str:
        nonlocal steps
        steps += len(text)
        return str(get_display(text))

    with monkeypatch.context() as counted:
        counted.setattr(lines, "_run_width", measure)
        counted.setattr(lines, "get_display", turn)
        # In C, which counts at a fraction of what a function of ours would cost at each call.
        with cProfile.Profile() as calls:
            _render(hook)
    return steps + sum(entry.callcount for entry in calls.getstats())


@pytest.fixture(scope="module")
def plain() -> int:
    """The steps for ordinary text of the length that the longer hook has."""
    text = (_PLAIN * 20)[: 2 * _LENGTH]
    _render(text)
    with pytest.MonkeyPatch.context() as monkeypatch:
        return _steps(text, monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_text_is_twice_the_work(
    kind: str, plain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is found out once for the life of a process is not counted.
    _render(hostile(kind, 2 * _LENGTH))
    once = _steps(hostile(kind, _LENGTH), monkeypatch)
    twice = _steps(hostile(kind, 2 * _LENGTH), monkeypatch)
    assert twice <= _MOST_GROWTH * once, (once, twice)
    assert twice <= _MOST_TIMES_PLAIN * plain, (plain, twice)


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_hook_of_any_kind_is_rendered(kind: str) -> None:
    assets = render_sample({"hook": hostile(kind, 2_000)}, "slideshow_builder")
    assert [asset.kind for asset in assets][-1] == "poster"


@pytest.mark.parametrize("kind", KINDS)
def test_a_character_with_its_marks_is_bounded(kind: str) -> None:
    text = hostile(kind, 500)
    found = clusters(text)
    assert "".join(found) == text
    assert max(map(len, found)) <= MOST_CODE_POINTS
