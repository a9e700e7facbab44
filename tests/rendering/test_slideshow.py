"""Rendered slideshows, looked at pixel by pixel."""

# ruff: noqa: RUF001 - the letters of many scripts look alike

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from partner_api.rendering.assets import RenderedAsset, SlideshowInputs
from partner_api.rendering.fonts import bundled_fonts, installed_fonts
from partner_api.rendering.palettes import LEAST_CONTRAST, PALETTES, contrast, palette_for
from partner_api.rendering.script import MOST_SLIDES
from partner_api.rendering.slides import Frame, background
from partner_api.rendering.slideshow import render_slideshow

if TYPE_CHECKING:
    from collections.abc import Callable

HOOKS = {
    "plain": "Stop scrolling! Three coffees a day are fine. Here is why, and what to drink instead.",
    "one character": "x",
    "long word": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung",
    "no spaces": "x" * 2_000,
    "2,000 characters": ("Coffee is a seed, and roasting it is chemistry. " * 42)[:2_000],
    "wide letters": "﷽" * 2_000,
    "only emoji": "😀🎉👨\u200d👩\u200d👧🇩🇪☕1\ufe0f\u20e3",
    "two thousand emoji": "😀" * 2_000,
    "Cyrillic": "Привет, мир! Це їжак, і він п'є каву.",
    "Arabic": "مرحبا بالعالم! كيف الحال 123؟ coffee شكرا",
    "Hebrew": "שלום עולם (abc) 42!",
    "Chinese": "你好，世界！这是一个测试，我们想知道换行是否正确。" * 10,
    "Japanese": "コーヒーは一日三杯まで。「本当に？」",
    "Korean": "커피는 하루에 세 잔까지 괜찮습니다.",
    "empty lines": "\n\n One. \n\n\n \n Two.\n\n",
    "a column": "a\n" * 1_000,
    "towers of marks": "Z" + "\u0301" * 1_000 + "o" + "\u0334" * 500,
    "controls": "a\x00b\x1b[31m\u202eabc\ufeff\u2028d",
    "no font": "\U00012000\U00013000 old",
}
SIZE = (1080, 1920)
FRAME = Frame.of_width(SIZE[0])
SAFE = (FRAME.left, FRAME.top, FRAME.right, FRAME.bottom)


def ignore(_stage: str, _progress: float) -> None:
    return


def rendered(hook: str, report: Callable[[str, float], None] = ignore) -> list[RenderedAsset]:
    return render_slideshow(SlideshowInputs(hook), report)


@lru_cache(maxsize=len(HOOKS))
def assets_of(name: str) -> list[RenderedAsset]:
    return rendered(HOOKS[name])


def image_of(asset: RenderedAsset) -> Image.Image:
    image = Image.open(io.BytesIO(asset.content))
    image.load()
    return image.convert("RGB")


def drawn(image: Image.Image, hook: str) -> tuple[int, int, int, int] | None:
    """The box around everything that is not background."""
    return ImageChops.difference(image, background(FRAME, palette_for(hook))).getbbox()


@pytest.mark.parametrize("name", HOOKS)
def test_every_slide_has_its_size_and_all_its_text_within_the_safe_area(name: str) -> None:
    assets = assets_of(name)
    *slides, poster = assets
    assert 1 <= len(slides) <= MOST_SLIDES
    assert [slide.name for slide in slides] == [
        f"slide-{number:02}.png" for number in range(1, len(slides) + 1)
    ]
    for slide in slides:
        assert (slide.kind, slide.mime_type) == ("slide", "image/png")
        image = image_of(slide)
        assert image.size == (slide.width, slide.height) == SIZE
        box = drawn(image, HOOKS[name])
        assert box is not None, "blank"
        # What fits, and is not cut off, leaves some of the area free above and at both sides of the widest line.
        assert SAFE[0] + 1 < box[0]
        assert SAFE[1] + 1 < box[1]
        assert box[2] < SAFE[2] - 1
        assert box[3] <= SAFE[3]
    assert (poster.kind, poster.name, poster.width, poster.height) == (
        "poster",
        "poster.png",
        540,
        960,
    )
    assert image_of(poster).size == (540, 960)


def test_the_text_has_its_contrast_on_the_picture_itself() -> None:
    for name in ("plain", "Cyrillic", "Hebrew"):
        palette = palette_for(HOOKS[name])
        image = image_of(assets_of(name)[0])
        text_pixels = [
            (x, y)
            for y in range(SAFE[1], SAFE[3], 3)
            for x in range(SAFE[0], SAFE[2], 3)
            if image.getpixel((x, y)) == palette.text
        ]
        assert len(text_pixels) > 500, name
        around = image.getpixel((SAFE[0], text_pixels[0][1]))
        assert isinstance(around, tuple)
        assert contrast(palette.text, (around[0], around[1], around[2])) >= LEAST_CONTRAST


def test_every_palette_is_readable_from_top_to_bottom() -> None:
    for palette in PALETTES:
        for step in range(11):
            between = [
                round(top + (bottom - top) * step / 10)
                for top, bottom in zip(palette.top, palette.bottom, strict=True)
            ]
            assert contrast(palette.text, (between[0], between[1], between[2])) >= LEAST_CONTRAST
            assert contrast(palette.accent, (between[0], between[1], between[2])) >= 3


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["plain", "only emoji", "Arabic", "Chinese", "no font"])
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    assert rendered(HOOKS[name]) == assets_of(name)


def test_another_input_gives_other_slides() -> None:
    names = ("plain", "Cyrillic", "Arabic", "empty lines")
    assert len({assets_of(name)[0].content for name in names}) == len(names)


def test_progress_never_falls_and_ends_at_one() -> None:
    reports: list[tuple[str, float]] = []
    hook = "Coffee is a seed, and roasting it is chemistry. " * 6
    assets = rendered(hook, lambda stage, progress: reports.append((stage, progress)))
    assert {stage for stage, _ in reports} == {"rendering"}
    progress = [done for _, done in reports]
    assert progress == sorted(progress)
    assert progress[-1] == 1
    # Once for each slide and once for the poster.
    assert len(set(progress)) == len(progress) == len(assets) > 5


def test_what_no_font_has_is_a_box_of_its_own() -> None:
    boxes = image_of(render_slideshow(SlideshowInputs("\U00012000"), ignore, bundled_fonts())[0])
    palette = palette_for("\U00012000")
    box = drawn(boxes, "\U00012000")
    assert box is not None
    middle = ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
    assert boxes.getpixel((box[0] + 1, middle[1])) == palette.text
    assert boxes.getpixel(middle) != palette.text


def test_the_bundled_fonts_cover_these_scripts_everywhere() -> None:
    scripts = bundled_fonts().scripts()
    for name in ("Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Thai"):
        assert scripts[name], name
    # Whatever the machine has comes on top.
    assert all(
        covered or not scripts[name] for name, covered in installed_fonts().scripts().items()
    )


def test_right_to_left_text_is_turned_and_its_letters_are_joined() -> None:
    # Written backwards with isolated letters it would be as wide as its letters one by one.
    joined = drawn(image_of(rendered("سسسس")[0]), "سسسس")
    apart = drawn(image_of(rendered("س\u200cس\u200cس\u200cس")[0]), "س\u200cس\u200cس\u200cس")
    assert joined is not None
    assert apart is not None
    assert joined[2] - joined[0] < apart[2] - apart[0]
