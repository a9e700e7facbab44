"""What the sandbox gives in the place of generated content: small, fast, the same everywhere.

Only the bundled fonts are used, and nothing but the input decides about the result, so that a
request has the same bytes for an answer on every machine of the same release.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from partner_api.rendering.assets import RenderedAsset
from partner_api.rendering.fonts import bundled_fonts
from partner_api.rendering.lines import TextSetter
from partner_api.rendering.palettes import palette_for
from partner_api.rendering.script import split_into_slides
from partner_api.rendering.slides import Frame, draw_slide, png
from partner_api.rendering.slideshow import PNG

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLE_WIDTH = 270
VIDEO_FORMATS = frozenset({"video_remix", "ugc_remix"})
_MOST_SLIDES = 3
_FRAME_MILLISECONDS = 800


def render_sample(inputs: Mapping[str, Any], content_format: str) -> list[RenderedAsset]:
    """Render what stands for content of a format in the sandbox.

    Args:
        inputs: of the job, as it was asked for. The text is its ``hook``, else a sentence that
            names what there is: the video's id, or the format.
        content_format: in snake_case.

    Returns:
        Slideshows and ``auto``: up to three slides of 270x480 pixels and ``poster.png``. Videos:
        ``sample.webp``, the same slides as an animated WebP, and ``poster.png``.
    """
    texts = split_into_slides(_text(inputs, content_format))[:_MOST_SLIDES]
    palette = palette_for("\0".join([content_format, *texts]))
    frame = Frame.of_width(SAMPLE_WIDTH)
    # Whether letters can be joined depends on what the machine has, and this must not.
    setter = TextSetter(bundled_fonts(), shaping=False)
    images = [
        draw_slide(setter, frame, palette, text, position, len(texts))
        for position, text in enumerate(texts)
    ]
    size = (frame.width, frame.height)
    slides = [png(image) for image in images]
    poster = RenderedAsset("poster", "poster.png", *size, PNG, slides[0])
    if content_format in VIDEO_FORMATS:
        file = io.BytesIO()
        images[0].save(
            file,
            "WEBP",
            save_all=True,
            append_images=images[1:],
            duration=_FRAME_MILLISECONDS,
            loop=0,
            lossless=True,
            method=2,
        )
        video = RenderedAsset("video", "sample.webp", *size, "image/webp", file.getvalue())
        return [video, poster]
    return [
        *(
            RenderedAsset("slide", f"slide-{number:02}.png", *size, PNG, content)
            for number, content in enumerate(slides, start=1)
        ),
        poster,
    ]


def _text(inputs: Mapping[str, Any], content_format: str) -> str:
    hook = inputs.get("hook")
    if isinstance(hook, str) and hook:
        return hook
    video = inputs.get("tiktokVideoId") or inputs.get("tiktok_video_id")
    name = content_format.replace("_", " ").capitalize()
    return f"{name}.\nOf video {video}." if video else f"{name}.\nA sample."
