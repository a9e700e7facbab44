"""Rendering a slideshow: its slides, and a poster of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from partner_api.rendering.assets import RenderedAsset
from partner_api.rendering.fonts import FontStack, installed_fonts
from partner_api.rendering.lines import TextSetter
from partner_api.rendering.palettes import palette_for
from partner_api.rendering.script import split_into_slides
from partner_api.rendering.slides import Frame, draw_slide, png

if TYPE_CHECKING:
    from partner_api.rendering.assets import Report, SlideshowInputs

SLIDE_WIDTH = 1080
POSTER_WIDTH = 540
PNG = "image/png"


def render_slideshow(
    inputs: SlideshowInputs, report: Report, fonts: FontStack | None = None
) -> list[RenderedAsset]:
    """Render a hook as slides of 1080x1920 pixels and a poster of half that size, all PNG.

    The same inputs give the same bytes on a machine whose fonts stay the same.

    Args:
        inputs: what the job asked for.
        report: told after each slide how much is done.
        fonts: those of this machine, if not given.

    Returns:
        ``slide-01.png`` and so on, then ``poster.png``.
    """
    texts = split_into_slides(inputs.hook)
    palette = palette_for(inputs.hook)
    frame = Frame.of_width(SLIDE_WIDTH)
    setter = TextSetter(fonts or installed_fonts())
    assets: list[RenderedAsset] = []
    poster: Image.Image | None = None
    for position, text in enumerate(texts):
        image = draw_slide(setter, frame, palette, text, position, len(texts))
        poster = poster or image
        name = f"slide-{position + 1:02}.png"
        assets.append(RenderedAsset("slide", name, image.width, image.height, PNG, png(image)))
        report("rendering", (position + 1) / (len(texts) + 1))
    assert poster is not None  # noqa: S101 - there is always a slide
    size = (POSTER_WIDTH, POSTER_WIDTH * 16 // 9)
    image = poster.resize(size, Image.Resampling.LANCZOS)
    assets.append(RenderedAsset("poster", "poster.png", *size, PNG, png(image)))
    report("rendering", 1.0)
    return assets
